import { type Changes, type Content, noChanges, replace, settle } from './live-context.js'
import { findAgent, type Model, type Time, unarchived } from './model.js'

/** A push as the model takes it: with its hash, and its resources by source. */
export interface Pushed {
  readonly agentId: string
  readonly version: bigint
  readonly initial: boolean
  readonly ready: boolean
  readonly hash: string
  readonly error: string
  readonly resources: ReadonlyMap<string, Content>
}

/**
 * Accepted if the agent has no snapshot, or the push is initial, or its version is greater. It
 * then replaces the live context, and hydrates and settles the agent's chats if it is ready.
 */
export function push(
  model: Model,
  { agentId, version, initial, ready, hash, error, resources }: Pushed,
  now: Time,
): { accepted: boolean } & Changes {
  const agent = findAgent(model, agentId)
  if (agent.live && !initial && version <= agent.live.version) {
    return { accepted: false, ...noChanges }
  }
  const rows = replace(agent.live?.resources ?? new Map(), resources, now)
  agent.live = { version, hash, error, receivedAt: now, ready, resources: rows }
  const chats = unarchived(model, (chat) => chat.agentId === agentId)
  return { accepted: true, ...settle(model, chats, now) }
}

import fc from 'fast-check'
import { askFor, chatKey, nobody, pick, pickAgent, place } from '../choices.js'
import { bind as bound, rebindWorkspace as rebound } from '../model/bind.js'
import { type Model, unarchived } from '../model/model.js'
import { defineCommand } from '../move.js'

const target = {
  to: fc.oneof(
    { weight: 6, arbitrary: fc.constant('agent') },
    { weight: 3, arbitrary: fc.constantFrom('none', 'silent', 'nobody') },
  ),
  agent: place,
  refresh: fc.boolean(),
  own: fc.boolean(),
  notify: fc.boolean(),
}

/**
 * Another agent than the chat's own, one that has not pushed, none, or one that does not exist.
 *
 * @param own The agents that would be nothing new.
 */
function agentOf(
  model: Model,
  { to, agent }: { readonly to: string; readonly agent: number },
  own: readonly (string | null)[],
): string | null | undefined {
  if (to === 'none') return null
  if (to === 'nobody') return nobody
  const agents = [...model.agents.values()]
  const silent = agents.filter(({ live }) => !live)
  const others = agents.filter(({ id, live, deleted }) => live && !deleted && !own.includes(id))
  if (to === 'silent') return pick(silent, agent)?.id
  return others.length > 0 ? pick(others, agent)!.id : pickAgent(model, agent)?.id
}

const saidOf = (agentId: string | null, refresh: boolean, nameOf: (id: string) => string) =>
  `${agentId === null ? 'none' : nameOf(agentId)}${refresh ? ', with refresh' : ''}`

export const bind = defineCommand({
  name: 'bind',
  weight: 4,
  choices: fc.record({ ...chatKey, ...target }),
  aim: ({ model, nameOf }, { to, agent, refresh, own, notify, ...choice }) => {
    const found = askFor(model, choice)
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    const agentId = agentOf(model, { to, agent }, [model.chats.get(chatId)!.agentId])
    if (agentId === undefined) return undefined
    return {
      says: `bind ${nameOf(chatId)}${said} to ${saidOf(agentId, refresh, nameOf)}`,
      variant: refresh ? `${to}, refresh` : to,
      chats: [chatId],
      repins: refresh ? [chatId] : [],
      isStranger,
      usesOwnClock: own,
      act: ({ queryable, operations, now }) =>
        operations.bind(queryable, {
          ...key,
          agentId,
          ...now,
          notify,
          ...(refresh && { refresh }),
        }),
      predict: (model, at) => bound(model, { ...key, agentId, refresh }, at),
    }
  },
})

/** What a backend does when a rebuild has made a new agent. */
export const rebindWorkspace = defineCommand({
  name: 'rebind workspace',
  choices: fc.record({ workspace: place, ...target }),
  aim: ({ model, nameOf }, { workspace, to, agent, refresh, own, notify }) => {
    const workspaceId = pick([...model.workspaces.keys()], workspace)
    if (!workspaceId) return undefined
    const moving = unarchived(model, (chat) => chat.workspaceId === workspaceId)
    const bound = moving.map((chat) => chat.agentId)
    const agentId = agentOf(model, { to, agent }, bound)
    if (agentId === undefined) return undefined
    const chats = moving.map(({ id }) => id)
    const where = saidOf(agentId, refresh, nameOf)
    return {
      says: `rebind the chats of ${nameOf(workspaceId)} to ${where}`,
      variant: refresh ? `${to}, refresh` : to,
      chats,
      repins: refresh ? chats : [],
      usesOwnClock: own,
      act: ({ queryable, operations, now }) =>
        operations.rebindWorkspace(queryable, { workspaceId, agentId, refresh, ...now, notify }),
      predict: (model, at) => rebound(model, { workspaceId, agentId, refresh }, at),
    }
  },
})

import { type BodyKind, enums } from '../../schema/index.js'
import { kindHashes } from './hashes.js'
import {
  type Chat,
  inOrder,
  type Live,
  liveOf,
  type Model,
  Refusal,
  type Resource,
  type Resources,
  type Run,
} from './model.js'
import { canonicalJson } from './text.js'
import type { Time } from './time.js'

/** A resource without the times of its row. */
export type Content = Omit<Resource, 'createdAt' | 'updatedAt'>

/** A push with its resources by source. */
export interface Pushed {
  readonly agentId: string
  readonly version: number
  readonly initial: boolean
  readonly ready: boolean
  readonly run: Run | null
  readonly error: string
  readonly resources: ReadonlyMap<string, Content>
}

/**
 * Replaces the resources of an agent by those of a push, or the pins of a chat by the live context.
 * An equal resource stays as it is and keeps its times. A resource that differs is replaced at
 * `now` and keeps its time of creation. A resource that is absent is removed.
 */
export function replace(before: Resources, after: ReadonlyMap<string, Content>, now: Time) {
  const made = new Map<string, Resource>()
  for (const [source, content] of after) {
    const old = before.get(source)
    if (old && isEqual(old, content)) made.set(source, old)
    else made.set(source, { ...content, createdAt: old?.createdAt ?? now, updatedAt: now })
  }
  return made
}

const scalars = ['kind', 'contentHash', 'sizeBytes', 'status', 'error', 'sourcePath'] as const

/** Equal in everything except the times of the row. */
export const isEqual = (a: Content, b: Content): boolean =>
  scalars.every((name) => a[name] === b[name]) &&
  (a.body === b.body || canonicalJson(a.body) === canonicalJson(b.body))

/** The ids of the chats that an operation changed; each list is in ascending order. */
export interface Changes {
  readonly hydrated: readonly string[]
  readonly followed: readonly string[]
  readonly dirtied: readonly string[]
  readonly settled: readonly string[]
}

export const noChanges: Changes = { hydrated: [], followed: [], dirtied: [], settled: [] }

/** Refreshing needs a live context, and one that is ready. */
export function refuseUnready(live: Live | undefined): void {
  if (!live) throw new Refusal('no_live_context')
  if (!live.ready) throw new Refusal('agent_not_ready')
}

/** Makes the live context the pins of a chat, as hydrating and refreshing do. */
export function pin(model: Model, chat: Chat, now: Time): void {
  const live = liveOf(model, chat)!
  chat.pins = replace(chat.pins, live.resources, now)
  chat.hydrated = true
  chat.error = live.error
  chat.dirtySince = null
}

/** Removes the pins of a chat, its mark and its error. */
export function removePins(chat: Chat): void {
  Object.assign(chat, { pins: new Map(), hydrated: false, dirtySince: null, error: '' })
}

/** The kinds whose hashes differ between two lists of resources, in the order of the enum. */
export function differingKinds(one: Resources, other: Resources): BodyKind[] {
  const [a, b] = [kindHashes(one), kindHashes(other)]
  return enums.workspace_agent_context_body_kind.filter((kind) => a[kind] !== b[kind])
}

/** The kinds that a chat does not follow and in which its pins differ from the live context. */
export const driftedKinds = (chat: Chat, live: Live): BodyKind[] =>
  differingKinds(chat.pins, live.resources).filter((kind) => !chat.follows.includes(kind))

/**
 * Makes the rows of the kinds that a chat follows equal to the live ones, if a hash of them
 * differs. A source that holds a pin of another kind keeps it. Returns whether a row was changed.
 */
function follow(chat: Chat, live: Live, now: Time): boolean {
  const isFollowed = ({ kind }: Content) => chat.follows.includes(kind)
  if (!differingKinds(chat.pins, live.resources).some((kind) => chat.follows.includes(kind))) {
    return false
  }
  const kept = [...chat.pins].filter(([, row]) => !isFollowed(row))
  const copied = [...live.resources].filter(([, row]) => isFollowed(row))
  const before = chat.pins
  chat.pins = replace(before, new Map<string, Content>([...copied, ...kept]), now)
  return (
    before.size !== chat.pins.size || [...chat.pins].some(([key, row]) => before.get(key) !== row)
  )
}

/**
 * Hydrates the chats that are not hydrated and have a ready live context. The others follow, and
 * their dirty mark is set or cleared by the kinds that they pin; the mark is the time of the first
 * drift. Archived chats do not change. A copy does not follow at once. While the agent is not ready
 * nothing changes, except that binding clears the mark.
 */
export function settle(
  model: Model,
  chats: readonly Chat[],
  now: Time,
  { isBinding = false, isCopied = false } = {},
): Changes {
  const hydrated: string[] = []
  const followed: string[] = []
  const dirtied: string[] = []
  const settled: string[] = []
  for (const chat of inOrder(chats)) {
    if (chat.archived) continue
    const live = liveOf(model, chat)
    if (!chat.hydrated) {
      if (!live?.ready) continue
      pin(model, chat, now)
      hydrated.push(chat.id)
      continue
    }
    if (live?.ready === false && !isBinding) continue
    if (live?.ready && !isCopied && follow(chat, live, now)) followed.push(chat.id)
    const drifted = live?.ready === true && driftedKinds(chat, live).length > 0
    if (drifted === (chat.dirtySince !== null)) continue
    chat.dirtySince = drifted ? now : null
    ;(drifted ? dirtied : settled).push(chat.id)
  }
  return { hydrated, followed, dirtied, settled }
}

/** Marked, not archived, and bound to an agent that has a snapshot. */
export function isDirty(model: Model, chat: Chat): boolean {
  return chat.dirtySince !== null && !chat.archived && liveOf(model, chat) !== undefined
}

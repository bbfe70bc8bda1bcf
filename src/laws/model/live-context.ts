import { createHash } from 'node:crypto'
import {
  type Chat,
  inOrder,
  type Live,
  liveOf,
  type Model,
  Refusal,
  type Resource,
  type Resources,
} from './model.js'
import { canonicalJson } from './text.js'
import type { Time } from './time.js'

/** A resource without the times of its row. */
export type Content = Omit<Resource, 'createdAt' | 'updatedAt'>

/** A push with its hash, and with its resources by source. */
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
 * The hash of a whole context, in hexadecimal: sha256 over kind, source, content hash and status
 * of each resource as netstrings, by kind and then by source in byte order.
 */
export function aggregateHash(resources: ReadonlyMap<string, Content>): string {
  const keyed = [...resources].map(([source, { kind, contentHash, status }]) => ({
    order: Buffer.from(`${kind}\0${source}`),
    parts: [kind, source, Buffer.from(contentHash, 'hex'), status].map((one) => Buffer.from(one)),
  }))
  const hash = createHash('sha256')
  for (const { parts } of keyed.sort((a, b) => Buffer.compare(a.order, b.order))) {
    for (const part of parts) hash.update(`${part.length}:`).update(part).update(',')
  }
  return hash.digest('hex')
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
  readonly dirtied: readonly string[]
  readonly settled: readonly string[]
}

export const noChanges: Changes = { hydrated: [], dirtied: [], settled: [] }

/** Refreshing needs a live context, and one that is ready. */
export function refuseUnready(live: Live | undefined): void {
  if (!live) throw new Refusal('no_live_context')
  if (!live.ready) throw new Refusal('agent_not_ready')
}

/** Makes the live context the pins of a chat, as hydrating and refreshing do. */
export function pin(model: Model, chat: Chat, now: Time): void {
  const live = liveOf(model, chat)!
  chat.pins = replace(chat.pins, live.resources, now)
  chat.pinnedHash = live.hash
  chat.error = live.error
  chat.dirtySince = null
}

/** Removes the pins of a chat, its pinned hash, its mark and its error. */
export function removePins(chat: Chat): void {
  Object.assign(chat, { pins: new Map(), pinnedHash: null, dirtySince: null, error: '' })
}

/**
 * Hydrates the chats that are not hydrated and have a ready live context. Sets or clears the dirty
 * mark of the others; the mark is the time of the first drift. Archived chats do not change. While
 * the agent is not ready no mark changes, except that binding clears it.
 */
export function settle(
  model: Model,
  chats: readonly Chat[],
  now: Time,
  { isBinding = false } = {},
): Changes {
  const changes = { hydrated: [] as string[], dirtied: [] as string[], settled: [] as string[] }
  for (const chat of inOrder(chats)) {
    if (chat.archived) continue
    const live = liveOf(model, chat)
    if (chat.pinnedHash === null) {
      if (!live?.ready) continue
      pin(model, chat, now)
      changes.hydrated.push(chat.id)
      continue
    }
    if (live?.ready === false && !isBinding) continue
    const drifted = live?.ready === true && live.hash !== chat.pinnedHash
    if (drifted === (chat.dirtySince !== null)) continue
    chat.dirtySince = drifted ? now : null
    changes[drifted ? 'dirtied' : 'settled'].push(chat.id)
  }
  return changes
}

/** Marked, not archived, and bound to an agent that has a snapshot. */
export function isDirty(model: Model, chat: Chat): boolean {
  return chat.dirtySince !== null && !chat.archived && liveOf(model, chat) !== undefined
}

import fc from 'fast-check'
import type { ResourceInput } from '../schema/index.js'
import { isEqual } from './model/live-context.js'
import { type Chat, liveOf, type Model, type Resource } from './model/model.js'

// Generators and choices that several operations share.

/**
 * One of several arbitraries, each chosen as often as its weight says. A value shrinks to values of
 * the first.
 */
export const weighted = <T>(
  ...choices: readonly (readonly [weight: number, arbitrary: fc.Arbitrary<T>])[]
): fc.Arbitrary<T> =>
  fc.oneof(
    { withCrossShrink: true },
    ...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })),
  )

/** Removes fields with the value undefined, which count as left out. */
export const withoutAbsent = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T

/** A place in a list of any length; see {@link pick}. */
export const place = fc.nat(1000)

/** The two users of every history. */
export const owners = [
  '0f000000-0000-4000-8000-00000000000a',
  '0f000000-0000-4000-8000-00000000000b',
] as const

/** An id that no row has. */
export const unknownId = '00000000-0000-4000-8000-000000000000'

/** The element at a place, counted around the list, so that every place is valid in every state. */
export function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(1, list.length)]
}

/** Which chats an operation is mostly applied to. */
export type Preference = (model: Model, chat: Chat) => boolean

/** An unarchived chat with pins and a live context, where most can go wrong. */
export const isBusy: Preference = (model, chat) =>
  !chat.archived && chat.hydrated && liveOf(model, chat) !== undefined

/** A chat whose pins differ from the live context. */
export const isDrifted: Preference = (model, chat) => {
  const live = liveOf(model, chat)?.resources
  if (!live || !chat.hydrated) return false
  const isSame = ([source, pin]: [string, Resource]) => {
    const now = live.get(source)
    return now !== undefined && isEqual(pin, now)
  }
  return live.size !== chat.pins.size || ![...chat.pins].every(isSame)
}

/** One of this many choices is among all chats; the others are among the preferred ones. */
const anyOutOf = 4

/**
 * One of the chats. The newest come first, so that a shrunk history is about the newest chat.
 *
 * @param preferences The chat is mostly chosen by the first preference that any chat meets.
 */
export function pickChat(model: Model, index: number, preferences: readonly Preference[]) {
  const chats = [...model.chats.values()].reverse()
  const preferred =
    index % anyOutOf === 0
      ? undefined
      : preferences
          .map((isPreferred) => chats.filter((chat) => isPreferred(model, chat)))
          .find((list) => list.length > 0)
  return pick(preferred ?? chats, Math.floor(index / anyOutOf))
}

export function pickAgent(model: Model, index: number) {
  return pick([...model.agents.values()].reverse(), index)
}

/** A chat, and the owner whose id is given with it: mostly none, sometimes a stranger. */
type OwnerChoice = 'anybody' | 'owner' | 'stranger'

export interface ChatChoice {
  readonly chat: number
  readonly as: OwnerChoice
}

export const chatChoice = {
  chat: place,
  as: weighted<OwnerChoice>([8, fc.constantFrom('anybody', 'owner')], [1, fc.constant('stranger')]),
}

/** How an operation addresses a chat. */
export interface ChatKey {
  readonly chatId: string
  readonly ownerId?: string
}

/** The chat for a choice, and how it is addressed: by an unknown id if there is no chat. */
export function chooseChat(
  model: Model,
  { chat: index, as }: ChatChoice,
  preferences: readonly Preference[] = [isBusy],
): { readonly chat?: Chat; readonly key: ChatKey; readonly isStranger: boolean } {
  const chat = pickChat(model, index, preferences)
  if (!chat) return { key: { chatId: unknownId }, isStranger: false }
  const isStranger = as === 'stranger'
  const ownerId = isStranger ? owners.find((owner) => owner !== chat.ownerId)! : chat.ownerId
  return { chat, isStranger, key: { chatId: chat.id, ...(as !== 'anybody' && { ownerId }) } }
}

/** Whether a chat may be in the workspace of another owner: mostly, so that many are. */
export const shared = fc.constantFrom(true, true, true, undefined)

/** What every operation that writes can be told: to use the database's clock, and to notify. */
export const writeChoice = { own: fc.boolean(), notify: fc.boolean() }

export interface WriteChoice {
  readonly own?: boolean
  readonly notify?: boolean
}

// The rows of every race are known beforehand, so that one session can name a chat that another
// session creates or deletes.

export const raceOwner = owners[0]
/** The kinds of rows that have ids of their own, and a hexadecimal digit for each. */
export const idDigits = { workspace: 'e', build: 'b', agent: 'a', chat: 'c' } as const

export const raceWorkspaceId = 'e0000000-0000-4000-8000-000000000001'
export const raceBuildIds = [1, 2].map((n) => `b0000000-0000-4000-8000-00000000000${n}`)
export const raceAgentIds = [1, 2].map((n) => `a0000000-0000-4000-8000-00000000000${n}`)
/** The first three exist from the beginning; a race may create the others. */
export const raceChatIds = [1, 2, 3, 4, 5].map((n) => `c0000000-0000-4000-8000-00000000000${n}`)

/** Mostly the first value. */
export const mostly = <T>(first: T, others: readonly T[]): fc.Arbitrary<T> =>
  weighted([3, fc.constant(first)], [1, fc.constantFrom(...others)])

/**
 * The contexts that the agents of a race push, as marks by source. No two contexts have the same
 * rows, so that a mixture of two contexts is recognised. Neighbours share rows, which a push does
 * not write again. The first context is empty.
 */
const contexts: readonly Readonly<Record<string, number>>[] = [
  {},
  { '/a': 1, '/b': 1, '/same': 1 },
  { '/a': 2, '/c': 2, '/same': 1 },
  { '/a': 2, '/b': 3, '/d': 3, '/same': 1 },
  { '/same': 1 },
]

export const contextsCount = contexts.length

/** The resources of a context, as a push takes them. */
export const contextResources = (context: number): ResourceInput[] =>
  Object.entries(contexts[context]!).map(([source, mark]) => textFile(source, `mark ${mark}`, mark))

/** An instruction file, whose hash is one byte. */
export const textFile = (source: string, text: string, hash: number): ResourceInput => ({
  ...{ source, kind: 'instruction_file', status: 'ok', sizeBytes: text.length },
  body: { content: Buffer.from(text).toString('base64') },
  contentHash: Buffer.of(hash).toString('hex'),
})

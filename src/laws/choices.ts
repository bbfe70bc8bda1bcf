import fc from 'fast-check'
import type { CapOptions, CappedPush } from './arbitraries/caps.js'
import { isEqual } from './model/live-context.js'
import { type Chat, liveOf, type Model, type Resource } from './model/model.js'

// What most commands choose: one of what there is, and whose it is said to be.

/** A place in a list of any length. */
export const place = fc.nat(1000)

/** With whose id a chat is asked for: mostly nobody's, sometimes its owner's or a stranger's. */
const asked = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Asked>('anybody', 'owner') },
  { weight: 1, arbitrary: fc.constant<Asked>('stranger') },
)
type Asked = 'anybody' | 'owner' | 'stranger'

/** The two users of every history. */
export const owners = [
  '0f000000-0000-4000-8000-00000000000a',
  '0f000000-0000-4000-8000-00000000000b',
] as const

/** Nothing has this id. */
export const nobody = '00000000-0000-4000-8000-000000000000'

/** Wraps around, so that a choice means something in every state. */
export function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(1, list.length)]
}

/** Which chats a command is mostly done to. */
export type Preference = (model: Model, chat: Chat) => boolean

/** Where most can go wrong: a chat that has pins, and an agent whose context may differ. */
export const isBusy: Preference = (model, chat) =>
  !chat.archived && chat.pinnedHash !== null && liveOf(model, chat) !== undefined

/** Has pins that are not what is live. */
export const isDrifted: Preference = (model, chat) => {
  const live = liveOf(model, chat)?.resources
  if (!live || chat.pinnedHash === null) return false
  const isSame = ([source, pin]: [string, Resource]) => {
    const now = live.get(source)
    return now !== undefined && isEqual(pin, now)
  }
  return live.size !== chat.pins.size || ![...chat.pins].every(isSame)
}

/** Out of so many choices one is of any chat, and the others are of a preferred one. */
const anyOutOf = 4

/**
 * One of the chats, the newest first, so that a shrunk history is about the chat before it.
 *
 * @param preferences The first that any chat meets is what mostly counts.
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

/** How a chat is asked for. */
export interface ChatKeyChoice {
  readonly chat: number
  readonly as: Asked
}

export const chatKey = { chat: place, as: asked }

export interface AskedChat {
  readonly chatId: string
  readonly key: { readonly chatId: string; readonly ownerId?: string }
  readonly isStranger: boolean
  /** ` as a stranger`, where it is asked for so. */
  readonly said: string
}

export function askFor(
  model: Model,
  { chat, as }: ChatKeyChoice,
  preferences: readonly Preference[] = [isBusy],
): AskedChat | undefined {
  const found = pickChat(model, chat, preferences)
  if (!found) return undefined
  const { id: chatId } = found
  const other = owners.find((owner) => owner !== found.ownerId)!
  const key =
    as === 'anybody' ? { chatId } : { chatId, ownerId: as === 'owner' ? found.ownerId : other }
  const isStranger = as === 'stranger'
  return { chatId, key, isStranger, said: isStranger ? ' as a stranger' : '' }
}

/** How many chats a purge may take: mostly fewer than there are. */
export const purgeLimit = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 2 }) },
  { weight: 1, arbitrary: fc.constant(1000) },
)

/** Pushes at or beyond a cap, seldom those of hundreds of kilobytes. */
export const mostlyLight = (capped: (options?: CapOptions) => fc.Arbitrary<CappedPush>) =>
  fc.oneof({ weight: 30, arbitrary: capped({ heavy: false }) }, { weight: 1, arbitrary: capped() })

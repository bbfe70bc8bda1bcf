import fc from 'fast-check'
import type { Model } from './model/model.js'

// What most commands choose: one of what there is, and whose it is said to be.

/** A place in a list of any length. */
export const place = fc.nat(1000)

/** With whose id a chat is asked for: mostly nobody's, sometimes its owner's or a stranger's. */
export const asked = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Asked>('anybody', 'owner') },
  { weight: 1, arbitrary: fc.constant<Asked>('stranger') },
)
export type Asked = 'anybody' | 'owner' | 'stranger'

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

/** One of the chats, the newest first, so that a shrunk history is about the chat before it. */
export function pickChat(model: Model, index: number) {
  return pick([...model.chats.values()].reverse(), index)
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

export function askFor(model: Model, { chat, as }: ChatKeyChoice): AskedChat | undefined {
  const found = pickChat(model, chat)
  if (!found) return undefined
  const { id: chatId } = found
  const other = owners.find((owner) => owner !== found.ownerId)!
  const key =
    as === 'anybody' ? { chatId } : { chatId, ownerId: as === 'owner' ? found.ownerId : other }
  const isStranger = as === 'stranger'
  return { chatId, key, isStranger, said: isStranger ? ' as a stranger' : '' }
}

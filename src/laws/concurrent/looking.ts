import fc from 'fast-check'
import { liveOf } from '../model/model.js'
import { diff, inByteOrder } from '../model/read.js'
import type { LaneChoice, LaneMove } from './lane-move.js'
import { chatIds, named } from './race-names.js'

const diffMove = (chatId: string): LaneMove => ({
  command: 'diff',
  says: `diff ${named(chatId)}`,
  async act({ queryable, operations }) {
    const { chat, hydrated, added, removed, modified } = await operations.diff(queryable, {
      chatId,
    })
    const sources = (list: readonly { readonly source: string }[]) =>
      list.map(({ source }) => source)
    return {
      ...{ chat, hydrated },
      ...{ added: sources(added), removed: sources(removed), modified: sources(modified) },
    }
  },
  predict: (model) => diff(model, { chatId }),
})

/** By what a backend asks for first: whether a chat is hydrated and dirty, and at which hash. */
const contextMove = (chatId: string): LaneMove => ({
  command: 'read context',
  says: `read the context of ${named(chatId)}`,
  async act({ queryable, operations }) {
    const [context] = await operations.getChatContexts(queryable, { chatIds: [chatId] })
    if (!context) return 'none'
    const { hydrated, dirty, error, aggregateHash } = context
    return { hydrated, dirty, error, aggregateHash }
  },
  predict(model) {
    const chat = model.chats.get(chatId)
    if (!chat) return 'none'
    const dirty = chat.dirtySince !== null && !chat.archived && liveOf(model, chat) !== undefined
    return {
      hydrated: chat.pinnedHash !== null,
      ...{ dirty, error: chat.error, aggregateHash: chat.pinnedHash },
    }
  },
})

const pinsMove = (chatId: string): LaneMove => ({
  command: 'list pins',
  says: `list the pins of ${named(chatId)}`,
  async act({ queryable, operations }) {
    try {
      const pins = await operations.listPins(queryable, { chatId })
      return pins.map(({ source, sizeBytes }) => `${source} ${sizeBytes}`)
    } catch (error) {
      if ((error as { code?: unknown }).code === 'chat_not_found') return 'none'
      throw error
    }
  },
  predict(model) {
    const pins = model.chats.get(chatId)?.pins
    if (!pins) return 'none'
    return inByteOrder([...pins.keys()]).map((source) => `${source} ${pins.get(source)!.sizeBytes}`)
  },
})

const chatId = fc.constantFrom(...chatIds.slice(0, 4))

/** What only reads: it sees one moment, and nothing in parts. */
export const looking: readonly fc.WeightedArbitrary<LaneChoice>[] = [
  diffMove,
  contextMove,
  pinsMove,
].map((make) => ({
  weight: 1,
  arbitrary: chatId.map(
    (chosen): LaneChoice =>
      () =>
        make(chosen),
  ),
}))

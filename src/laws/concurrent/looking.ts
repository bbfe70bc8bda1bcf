import { findChat } from '../model/model.js'
import { diff, inByteOrder, isDirty } from '../model/read.js'
import { always, type LaneMove, type MoveKind, mostly } from './lane-move.js'
import { chatIds, named } from './race-names.js'

const sources = (list: readonly { readonly source: string }[]) => list.map(({ source }) => source)

const diffMove = (chatId: string): LaneMove => ({
  command: 'diff',
  says: `diff ${named(chatId)}`,
  async act({ queryable, operations }) {
    const { added, removed, modified, ...rest } = await operations.diff(queryable, { chatId })
    const lists = { added: sources(added), removed: sources(removed), modified: sources(modified) }
    return { ...rest, ...lists }
  },
  predict: (model) => diff(model, { chatId }),
})

const contextMove = (chatId: string): LaneMove => ({
  command: 'read context',
  says: `read the context of ${named(chatId)}`,
  async act({ queryable, operations }) {
    const context = await operations.getChatContext(queryable, { chatId })
    const { hydrated, dirty, error, aggregateHash } = context
    return { hydrated, dirty, error, aggregateHash }
  },
  predict(model) {
    const chat = findChat(model, { chatId })
    const { error, pinnedHash: aggregateHash } = chat
    return { hydrated: aggregateHash !== null, dirty: isDirty(model, chat), error, aggregateHash }
  },
})

const pinsMove = (chatId: string): LaneMove => ({
  command: 'list pins',
  says: `list the pins of ${named(chatId)}`,
  async act({ queryable, operations }) {
    const pins = await operations.listPins(queryable, { chatId })
    return pins.map(({ source, sizeBytes }) => `${source} ${sizeBytes}`)
  },
  predict(model) {
    const { pins } = findChat(model, { chatId })
    return inByteOrder([...pins.keys()]).map((source) => `${source} ${pins.get(source)!.sizeBytes}`)
  },
})

/** What only reads: it sees one moment, and nothing in parts. */
export const looking: readonly MoveKind[] = [diffMove, contextMove, pinsMove].map(
  (make): MoveKind =>
    ({ chatId }) =>
      always(mostly(chatId, chatIds), make),
)

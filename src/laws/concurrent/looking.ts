import { getChatContext } from '../model/chat-context.js'
import { diff } from '../model/diff.js'
import { listPins } from '../model/pins.js'
import { always, type LaneMove, type MoveKind, mostly } from './lane-move.js'
import { chatIds, named } from './race-names.js'

const diffMove = (chatId: string): LaneMove => ({
  command: 'diff',
  says: `diff ${named(chatId)}`,
  act: ({ queryable, operations }) => operations.diff(queryable, { chatId }),
  predict: (model) => diff(model, { chatId }),
})

const contextMove = (chatId: string): LaneMove => ({
  command: 'read context',
  says: `read the context of ${named(chatId)}`,
  act: ({ queryable, operations }) => operations.getChatContext(queryable, { chatId }),
  predict: (model) => getChatContext(model, { chatId }),
})

const pinsMove = (chatId: string): LaneMove => ({
  command: 'list pins',
  says: `list the pins of ${named(chatId)}`,
  act: ({ queryable, operations }) => operations.listPins(queryable, { chatId, bodies: true }),
  predict: (model) => listPins(model, { chatId }, { bodies: true }),
})

/** What only reads: it sees one moment, and nothing in parts. */
export const looking: readonly MoveKind[] = [diffMove, contextMove, pinsMove].map(
  (make): MoveKind =>
    ({ chatId }) =>
      always(mostly(chatId, chatIds), make),
)

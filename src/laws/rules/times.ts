import { inChats, unequal, valuesOf } from '../compare-rows.js'
import type { Finding, Law, RaceEnding } from '../law.js'
import { isDirty } from '../model/live-context.js'
import { snapshotTable } from '../model/rows.js'
import { toDate } from '../model/time.js'
import { type Rows, rowsOf, type StoredRow } from '../row-reader.js'
import { differing, followsOf, settledHashes } from './stored-chat.js'

export const clock: Law = {
  number: 9,
  name: 'Clock',
  says:
    'Only adding messages, archiving and unarchiving change chats.updated_at, and they set ' +
    'it to the time of the operation.',
  afterStep(step) {
    const { move, after, at } = step
    return inChats(step, (id, values, old) => {
      if (!old) return []
      // Archiving an archived chat does not set its time.
      const isTouched = move.touches?.includes(id) && after.model.chats.get(id)?.updatedAt === at
      return unequal(`updated_at of ${id}`, isTouched ? at : old.updated_at, values.updated_at)
    })
  },
}

export const drift: Law = {
  number: 8,
  name: 'Drift',
  says:
    'A hydrated, unarchived chat whose agent has a ready snapshot has a mark exactly if the ' +
    'hashes of a kind that it does not follow differ; the mark is the time of the operation that set it, and stays until an ' +
    'operation finds the hashes equal; a chat that is archived or whose agent has no ' +
    'snapshot reads as clean.',
  afterStep(step) {
    if (step.move.isMigration) return []
    const { before, after, at } = step
    return inChats(step, (id, values, old) => {
      // Reverting columns and applying them again makes snapshots ready, and changes what chats
      // follow, without settling.
      const wasWrong = old && wrongMark(before.rows, id, old).length > 0
      const mark = values.context_dirty_since ?? null
      const expected = old?.context_dirty_since ?? at
      return [
        ...(wasWrong ? [] : wrongMark(after.rows, id, values)),
        ...(mark === null ? [] : unequal(`the time of the mark of ${id}`, expected, mark)),
      ]
    })
  },
  async atEnd({ queryable, operations, model }) {
    const chatIds = [...model.chats.keys()]
    if (chatIds.length === 0) return []
    const contexts = await operations.getChatContexts(queryable, { chatIds })
    const actual = contexts.map(({ chat, hydrated, dirty, dirtySince }) =>
      [chat.id, `hydrated ${hydrated}`, `dirty ${dirty}`, dirtySince?.toISOString()].join(' '),
    )
    const expected = [...model.chats.values()].map((chat) => {
      const dirty = isDirty(model, chat)
      const since = dirty ? toDate(chat.dirtySince!).toISOString() : undefined
      return [chat.id, `hydrated ${chat.hydrated}`, `dirty ${dirty}`, since].join(' ')
    })
    return unequal('how the chats read', expected.join('\n'), actual.join('\n'))
  },
  afterRace(ending) {
    const { rows } = ending
    return [...rowsOf(rows, 'chats')].flatMap(([id, { values }]) => [
      ...wrongMark(rows, id, values),
      ...notHydrated(ending, id, values),
    ])
  },
}

function wrongMark(rows: Rows, id: string, chat: StoredRow['values']): Finding[] {
  const hashes = settledHashes(rows, chat)
  if (!hashes) return []
  const [follows, mark] = [followsOf(chat), chat.context_dirty_since!]
  const kinds = differing(hashes.pinned, hashes.live).filter((kind) => !follows.has(kind))
  if (kinds.length > 0 === (mark !== null)) return []
  const expected =
    kinds.length > 0 ? `a mark, since ${kinds.join(', ')} differ` : 'no mark, since all are equal'
  return [{ what: `the mark of ${id}`, expected, actual: String(mark) }]
}

/** A chat that no one unpinned is hydrated if its agent is ready. */
function notHydrated(
  { rows, steps }: RaceEnding,
  id: string,
  chat: StoredRow['values'],
): Finding[] {
  const live = valuesOf(rows, snapshotTable, chat.agent_id ?? '')
  if (chat.context_hashes !== null || chat.archived === 'true' || live?.ready !== 'true') return []
  const isUnpinned = steps.some(
    ({ operation, move }) => operation === 'unpin' && move.chats?.includes(id),
  )
  if (isUnpinned) return []
  const expected = `hydrated, because ${chat.agent_id} is ready`
  return [{ what: id, expected, actual: 'not hydrated' }]
}

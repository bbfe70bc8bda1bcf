import type { Finding, Law, RaceEnding, Step } from '../law.js'
import { isDirty } from '../model/live-context.js'
import { snapshotTable } from '../model/rows.js'
import { toDate } from '../model/time.js'
import type { Rows, StoredRow } from '../row-reader.js'
import { rowsOf, unequal, valuesOf } from './compare.js'

export const clock: Law = {
  number: 9,
  name: 'Clock',
  says:
    'Only adding messages, archiving and unarchiving change chats.updated_at, and they set ' +
    'it to the time of the operation.',
  afterStep({ move, before, after, at }) {
    return [...rowsOf(after.rows, 'chats')].flatMap(([id, { values }]) => {
      const old = valuesOf(before.rows, 'chats', id)?.updated_at
      if (old === undefined) return []
      // Archiving an archived chat does not set its time.
      const isTouched = move.touches?.includes(id) && after.model.chats.get(id)?.updatedAt === at
      return unequal(`updated_at of ${id}`, isTouched ? at : old, values.updated_at)
    })
  },
}

export const drift: Law = {
  number: 8,
  name: 'Drift',
  says:
    'A hydrated, unarchived chat whose agent has a ready snapshot has a mark exactly if the ' +
    'hashes differ; the mark is the time of the operation that set it, and stays until an ' +
    'operation finds the hashes equal; a chat that is archived or whose agent has no ' +
    'snapshot reads as clean.',
  afterStep(step) {
    if (step.move.isMigration) return []
    const { before, after } = step
    // Reverting the column `ready` and applying it again makes snapshots ready without settling.
    const wasWrong = (id: string) => {
      const chat = before.rows.get('chats')?.get(id)
      return chat !== undefined && wrongMark(before.rows, id, chat).length > 0
    }
    return [...rowsOf(after.rows, 'chats')].flatMap(([id, chat]) => [
      ...(wasWrong(id) ? [] : wrongMark(after.rows, id, chat)),
      ...wrongTime(step, id, chat),
    ])
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
      return [chat.id, `hydrated ${chat.pinnedHash !== null}`, `dirty ${dirty}`, since].join(' ')
    })
    return unequal('how the chats read', expected.join('\n'), actual.join('\n'))
  },
  afterRace(ending) {
    const { rows } = ending
    return [...rowsOf(rows, 'chats')].flatMap(([id, chat]) => [
      ...wrongMark(rows, id, chat),
      ...notHydrated(ending, id, chat),
    ])
  },
}

/** The hash that a chat has to be settled against, or undefined if there is none. */
function liveHash(rows: Rows, { values }: StoredRow) {
  const live = valuesOf(rows, snapshotTable, values.agent_id ?? '')
  return values.archived === 'true' || live?.ready !== 'true' ? undefined : live.aggregate_hash
}

function wrongMark(rows: Rows, id: string, chat: StoredRow): Finding[] {
  const { context_aggregate_hash: pinned, context_dirty_since: mark } = chat.values
  const hash = liveHash(rows, chat)
  if (pinned === null || hash === undefined) return []
  const differs = hash !== pinned
  if (differs === (mark !== null)) return []
  const expected = differs ? 'a mark, since the hashes differ' : 'no mark, since they are equal'
  return [{ what: `the mark of ${id}`, expected, actual: String(mark) }]
}

function wrongTime({ before, at }: Step, id: string, { values }: StoredRow): Finding[] {
  const old = valuesOf(before.rows, 'chats', id)?.context_dirty_since ?? null
  const mark = values.context_dirty_since ?? null
  return mark === null ? [] : unequal(`the time of the mark of ${id}`, old ?? at, mark)
}

/** A chat that no one unpinned is hydrated if its agent is ready. */
function notHydrated({ rows, steps }: RaceEnding, id: string, chat: StoredRow): Finding[] {
  if (chat.values.context_aggregate_hash !== null || liveHash(rows, chat) === undefined) return []
  const isUnpinned = steps.some(
    ({ operation, move }) => operation === 'unpin' && move.chats?.includes(id),
  )
  if (isUnpinned) return []
  const expected = `hydrated, because ${chat.values.agent_id} is ready`
  return [{ what: id, expected, actual: 'not hydrated' }]
}

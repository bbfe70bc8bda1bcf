import type { Finding, Law, RaceEnding, Step } from '../law.js'
import { isDirty } from '../model/live-context.js'
import { snapshotTable } from '../model/rows.js'
import { noRows, type Rows, type StoredRow } from '../row-reader.js'

export const clock: Law = {
  number: 9,
  name: 'Clock',
  says:
    'Only adding messages, archiving and unarchiving change chats.updated_at, and they set ' +
    'it to the time of the operation.',
  afterStep({ move, before, after, at }) {
    return [...(after.rows.get('chats') ?? noRows)].flatMap(([id, { values }]) => {
      const old = before.rows.get('chats')?.get(id)?.values.updated_at
      if (old === undefined) return []
      // Archiving an archived chat does not set its time.
      const isTouched = move.touches?.includes(id) && after.model.chats.get(id)?.updatedAt === at
      const expected = isTouched ? at : old!
      if (values.updated_at === expected) return []
      return [{ what: `updated_at of ${id}`, expected, actual: String(values.updated_at) }]
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
    return [...(after.rows.get('chats') ?? noRows)].flatMap(([id, chat]) => [
      ...(wasWrong(id) ? [] : wrongMark(after.rows, id, chat)),
      ...wrongTime(step, id, chat),
    ])
  },
  async atEnd({ queryable, operations, model }) {
    const chatIds = [...model.chats.keys()]
    if (chatIds.length === 0) return []
    const contexts = await operations.getChatContexts(queryable, { chatIds })
    const answered = contexts.map(({ chat }) => chat.id)
    if (answered.join() !== chatIds.join()) {
      const [expected, actual] = [chatIds, answered].map((ids) => ids.join('\n'))
      return [{ what: 'the chats that were asked for', expected, actual }]
    }
    return contexts.flatMap(({ chat, dirty, dirtySince, hydrated }) => {
      const known = model.chats.get(chat.id)!
      const expected = isDirty(model, known)
      const since = expected ? known.dirtySince!.slice(0, 23) : null
      const found = dirtySince?.toISOString().slice(0, 23) ?? null
      const isHydrated = known.pinnedHash !== null
      const wanted = `hydrated ${isHydrated}, dirty ${expected} ${since}`
      const actual = `hydrated ${hydrated}, dirty ${dirty} ${found}`
      if (wanted === actual) return []
      return [{ what: `how ${chat.id} reads`, expected: wanted, actual }]
    })
  },
  afterRace(ending) {
    const { rows } = ending
    return [...(rows.get('chats') ?? noRows)].flatMap(([id, chat]) => [
      ...wrongMark(rows, id, chat),
      ...notHydrated(ending, id, chat),
    ])
  },
}

/** The hash that a chat has to be settled against, or undefined if there is none. */
function liveHash(rows: Rows, { values }: StoredRow) {
  const live = rows.get(snapshotTable)?.get(values.agent_id ?? '')?.values
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
  const old = before.rows.get('chats')?.get(id)?.values.context_dirty_since ?? null
  const mark = values.context_dirty_since ?? null
  const expected = old ?? at
  if (mark === null || mark === expected) return []
  return [{ what: `the time of the mark of ${id}`, expected, actual: mark }]
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

import { type Finding, type Law, type Step, snapshotTable } from '../law.js'
import { isDirty } from '../model/chat-context.js'
import { noRows, type Rows, type StoredRow } from '../row-reader.js'

export const drift: Law = {
  number: 8,
  name: 'Drift',
  says:
    'For every hydrated, unarchived chat bound to an agent with a ready snapshot, the mark is set ' +
    'exactly when the hashes differ, and is the time of the operation that set it, kept until a ' +
    'settling finds them equal. A chat that is archived or whose agent has no snapshot reads as ' +
    'clean.',
  afterStep(step) {
    if (step.move.isMigration) return []
    // A way down past the readiness of snapshots and up again makes them ready without settling.
    const wasWrong = (id: string) => {
      const chat = step.before.rows.get('chats')?.get(id)
      return chat !== undefined && markFaults(step.before, id, chat).length > 0
    }
    return [...(step.after.rows.get('chats') ?? noRows)].flatMap(([id, chat]) => [
      ...(wasWrong(id) ? [] : markFaults(step.after, id, chat)),
      ...timeFaults(step, id, chat),
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
}

function markFaults({ rows }: { rows: Rows }, id: string, { values }: StoredRow): Finding[] {
  const live = rows.get(snapshotTable)?.get(values.agent_id ?? '')?.values
  const { context_aggregate_hash: pinned, archived, context_dirty_since: mark } = values
  if (pinned === null || archived === 'true' || live?.ready !== 'true') return []
  const differs = live.aggregate_hash !== pinned
  if (differs === (mark !== null)) return []
  const said = differs ? 'a mark, since the hashes differ' : 'no mark, since the hashes are equal'
  return [{ what: `the mark of ${id}`, expected: said, actual: String(mark) }]
}

function timeFaults({ before, at }: Step, id: string, { values }: StoredRow): Finding[] {
  const old = before.rows.get('chats')?.get(id)?.values.context_dirty_since ?? null
  const mark = values.context_dirty_since ?? null
  const expected = old ?? at
  if (mark === null || mark === expected) return []
  return [{ what: `the time of the mark of ${id}`, expected, actual: mark }]
}

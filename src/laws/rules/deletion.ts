import { unequal } from '../compare-rows.js'
import type { Finding, HistoryStep, Law } from '../law.js'
import { plainAnswer, plainOutcome } from '../outcome.js'
import { type RowReader, type Rows, rowsOf, type StoredRow } from '../row-reader.js'

export const cascade: Law = {
  number: 4,
  name: 'Cascade',
  says:
    'After a chat is deleted or purged, no row in any chat-scoped table, as found in the ' +
    'catalog, refers to it, and no reference to a chat prevents its deletion.',
  afterStep({ move, after, outcome, predicted, reader }) {
    const refused = move.deletesChats ? refusedDeletion({ outcome, predicted }) : []
    return [...refused, ...orphanedRows(after.rows, reader)]
  },
  inObservation: ({ rows }, { reader }) => orphanedRows(rows, reader),
}

/** A deletion that was refused although the model deletes. */
export function refusedDeletion({
  outcome: { refusal },
  predicted,
}: Pick<HistoryStep, 'outcome' | 'predicted'>): Finding[] {
  if (!refusal || predicted.refusal) return []
  const actual = `${refusal.code} ${refusal.message}`
  return [{ what: 'the deletion', expected: 'done', actual }]
}

function orphanedRows(rows: Rows, { chatColumns }: RowReader): Finding[] {
  const chats = rowsOf(rows, 'chats')
  return [...chatColumns].flatMap(([table, column]) =>
    [...rowsOf(rows, table)].flatMap(([key, { values }]) => {
      const chatId = values[column]
      if (chatId !== null && chats.has(chatId!)) return []
      const what = `a row of a deleted chat: ${table} ${key}`
      return [{ what, expected: 'no row', actual: `${column} ${chatId}` }]
    }),
  )
}

const order = ({ values }: StoredRow) => `${values.updated_at} ${values.id}`

export const purgeBoundary: Law = {
  number: 14,
  name: 'Purge boundary',
  says:
    'A purge deletes only archived chats that are strictly older than the cutoff, the oldest ' +
    'first, and never more than the limit; of files only those without a link.',
  afterStep(step) {
    const { move, before, after, outcome } = step
    if (move.purgesRows && !outcome.refusal) return wronglyPurged(step, move.purgesRows)
    if (!move.purge || outcome.refusal) return []
    const { before: cutoff, limit } = move.purge
    const chats = [...rowsOf(before.rows, 'chats').values()]
    const isGone = ({ values }: StoredRow) => !rowsOf(after.rows, 'chats').has(values.id!)
    const isEligible = ({ values }: StoredRow) =>
      values.archived === 'true' && values.updated_at! < cutoff
    const gone = chats.filter(isGone)
    const findings: Finding[] = gone
      .filter((chat) => !isEligible(chat))
      .map(({ values }) => ({
        what: `purged ${values.id}`,
        expected: `archived, and older than ${cutoff}`,
        actual: `archived ${values.archived}, updated_at ${values.updated_at}`,
      }))
    if (gone.length > limit) {
      const expected = `${limit} at most`
      findings.push({ what: 'chats purged', expected, actual: `${gone.length}` })
    }
    const wanted = chats.filter(isEligible).sort((a, b) => (order(a) < order(b) ? -1 : 1))
    const left = wanted.slice(0, limit).filter((chat) => !isGone(chat))
    for (const { values } of left) {
      const actual = `left, updated_at ${values.updated_at}`
      findings.push({ what: `one of the oldest, ${values.id}`, expected: 'purged', actual })
    }
    return findings
  },
}

/** What a purge of files or debug runs has left or deleted against the law. */
function wronglyPurged(
  { before, after, outcome }: HistoryStep,
  { table, column, before: cutoff, limit }: NonNullable<HistoryStep['move']['purgesRows']>,
): Finding[] {
  const links = [...rowsOf(before.rows, 'chat_file_links').values()]
  const linked = new Set(links.map(({ values }) => values.file_id))
  const isUsed = ({ values }: StoredRow) => table === 'chat_files' && linked.has(values.id!)
  const rows = [...rowsOf(before.rows, table)]
  const doomed = new Set(
    rows.flatMap(([key, row]) => (row.values[column]! < cutoff && !isUsed(row) ? [key] : [])),
  )
  const wrong = rows.flatMap(([key]): Finding[] => {
    const isLeft = rowsOf(after.rows, table).has(key)
    if (isLeft !== doomed.has(key)) return []
    const [expected, actual] = isLeft ? ['deleted', 'left'] : ['left', 'deleted']
    return [{ what: `${table} ${key} in a purge before ${cutoff}`, expected, actual }]
  })
  const expected = { purged: doomed.size, batches: Math.ceil(doomed.size / limit), busy: false }
  return [...wrong, ...unequal('the answer', plainAnswer(expected), plainOutcome(outcome))]
}

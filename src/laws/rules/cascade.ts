import type { Finding, Law } from '../law.js'
import { noRows, type RowReader, type Rows } from '../row-reader.js'

export const cascade: Law = {
  number: 4,
  name: 'Cascade',
  says:
    'After delete or purge no row in any chat-scoped table, found from the catalog, refers to the ' +
    'chat, and nothing that refers to a chat prevents its deletion.',
  afterStep({ move, after, outcome, predicted, reader }) {
    const orphans = orphanedRows(after.rows, reader)
    if (!move.deletesChats || !outcome.refusal || predicted.refusal) return orphans
    const { code, message } = outcome.refusal
    const refused = { what: 'the deletion', expected: 'done', actual: `${code} ${message}` }
    return [refused, ...orphans]
  },
  inObservation: ({ rows }, { reader }) => orphanedRows(rows, reader),
}

function orphanedRows(rows: Rows, { chatColumns }: RowReader): Finding[] {
  const chats = rows.get('chats') ?? noRows
  return [...chatColumns].flatMap(([table, column]) =>
    [...(rows.get(table) ?? noRows)].flatMap(([key, { values }]) => {
      const chatId = values[column]
      if (chatId !== null && chats.has(chatId!)) return []
      const what = `a row of a deleted chat: ${table} ${key}`
      return [{ what, expected: 'no row', actual: `${column} ${chatId}` }]
    }),
  )
}

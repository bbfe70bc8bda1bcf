import type { Finding, Law } from '../law.js'
import { noRows } from '../row-reader.js'

export const cascade: Law = {
  number: 4,
  name: 'Cascade',
  says:
    'After delete or purge no row in any chat-scoped table, found from the catalog, refers to the ' +
    'chat, and nothing that refers to a chat keeps it from being deleted.',
  afterStep({ move, after, outcome, predicted, reader }) {
    const findings: Finding[] = []
    if (move.deletesChats && outcome.refusal && !predicted.refusal) {
      const { code, message } = outcome.refusal
      findings.push({ what: 'the deletion', expected: 'done', actual: `${code} ${message}` })
    }
    const chats = after.rows.get('chats') ?? noRows
    for (const [table, column] of reader.chatColumns) {
      for (const [key, { values }] of after.rows.get(table) ?? noRows) {
        const chatId = values[column]
        if (chatId === null || !chats.has(chatId!)) {
          const what = `a row of a chat that is gone: ${table} ${key}`
          findings.push({ what, expected: 'no row', actual: `${column} ${chatId}` })
        }
      }
    }
    return findings
  },
}

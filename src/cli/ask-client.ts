import type pg from 'pg'
import { type Answers, checkStatements, leftOpen } from './answer.js'

/** The texts as they come, in the order of the columns. */
const asTheyCome = {
  rowMode: 'array',
  types: { getTypeParser: () => (text: string) => text },
} as const

/**
 * Sends statements to a server, in one message: without a BEGIN of their own all of them happen,
 * or none.
 */
export async function askClient(client: pg.PoolClient, text: string): Promise<Answers> {
  checkStatements(text)
  const notices: string[] = []
  const hear = ({
    severity,
    message,
  }: {
    severity?: string | undefined
    message?: string | undefined
  }) => notices.push(`${severity}: ${message}`)
  client.on('notice', hear)
  try {
    const results = [await client.query<(string | null)[]>({ text, ...asTheyCome })].flat()
    if (client.getTransactionStatus() !== 'I') throw leftOpen()
    return {
      notices,
      answers: results.map(({ command, rowCount, fields, rows }) => ({
        command: command ?? '',
        rowCount: rowCount ?? undefined,
        columns: fields.map(({ name, dataTypeID }) => ({ name, typeId: dataTypeID })),
        rows,
      })),
    }
  } finally {
    client.off('notice', hear)
  }
}

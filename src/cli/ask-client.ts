import type pg from 'pg'
import { type Answer, checkStatements, type Hear, leftOpen } from './answer.js'

/** The texts as they come, in the order of the columns. */
const asTheyCome = {
  rowMode: 'array',
  types: { getTypeParser: () => (text: string) => text },
} as const

/**
 * Sends statements to a server, in one message: without a BEGIN of their own all of them happen,
 * or none. The client is nobody else's any more.
 */
export async function askClient(
  client: pg.PoolClient,
  text: string,
  hear: Hear,
): Promise<Answer[]> {
  checkStatements(text)
  const onNotice = ({
    severity,
    message,
  }: {
    severity?: string | undefined
    message?: string | undefined
  }) => hear(`${severity}: ${message}`)
  client.on('notice', onNotice)
  // Where the connection is lost the query says so; without this it would end the process too.
  client.on('error', () => {})
  const results = [await client.query<(string | null)[]>({ text, ...asTheyCome })].flat()
  if (client.getTransactionStatus() !== 'I') throw leftOpen()
  return results.map(({ command, rowCount, fields, rows }) => ({
    command: command ?? '',
    rowCount: rowCount ?? undefined,
    columns: fields.map(({ name, dataTypeID }) => ({ name, typeId: dataTypeID })),
    rows,
  }))
}

import type { PGlite } from '@electric-sql/pglite'
import { DriftpinError } from '../errors.js'
import { type Answer, checkStatements, type Hear, leftOpen } from './answer.js'

/** The same as of a server, of a PGlite's own session, with whatever transaction is open in it. */
export async function askPGlite(pglite: PGlite, text: string, hear: Hear): Promise<Answer[]> {
  checkStatements(text)
  await pglite.waitReady
  const wasOpen = pglite.isInTransaction()
  const results = await pglite.exec(text, {
    rowMode: 'array',
    // Each type that it knows has to be named, or it is parsed.
    parsers: Object.fromEntries(Object.keys(pglite.parsers).map((id) => [id, asItComes])),
    onNotice: ({ severity, message }) => hear(`${severity}: ${message}`),
  })
  const answers = results.map(({ command, rowCount, fields, rows }) => {
    // PGlite reports some statements that crashed it as an empty success.
    if (command === undefined) throw crashed(text)
    return {
      command,
      rowCount,
      columns: fields.map(({ name, dataTypeID }) => ({ name, typeId: dataTypeID })),
      rows: rows as unknown as (string | null)[][],
    }
  })
  if (pglite.isInTransaction() && !wasOpen) throw leftOpen()
  return answers
}

const asItComes = (text: string) => text

function crashed(text: string): DriftpinError {
  return new DriftpinError(
    'engine_broken',
    'The embedded PostgreSQL crashed over a statement. What was not committed before is lost.',
    { text },
  )
}

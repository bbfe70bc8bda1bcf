import type { PGlite } from '@electric-sql/pglite'
import { queryMessage } from './server-messages.js'

/** What came out of SQL of our own: rows of texts, by what PGlite reads of the protocol. */
export type OwnRow = readonly (string | null)[]

/** What runs it for whoever has the turn. */
export interface OwnRunner {
  run(sql: string): Promise<OwnRow[]>
}

/**
 * Runs SQL of this room's own, past the turns of the engine, which its caller must have.
 *
 * @throws What the engine reported, with its SQLSTATE.
 */
export async function runOwn(pglite: PGlite, sql: string): Promise<OwnRow[]> {
  // The error that PGlite throws by itself would leave out what came before it.
  const { messages } = await pglite.execProtocol(queryMessage(sql), { throwOnError: false })
  const rows: OwnRow[] = []
  for (const message of messages) {
    if (message.name === 'error') throw message
    if (message.name === 'dataRow') rows.push((message as unknown as { fields: OwnRow }).fields)
  }
  return rows
}

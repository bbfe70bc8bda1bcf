import type { Queryable } from '../../database/index.js'
import type { MigrationScript } from '../../migrations/index.js'

/** The last value of sequences that count up, by oid; null where one has given none. */
export type SequenceValues = ReadonlyMap<
  string,
  { readonly name: string; readonly value: string | null }
>

/**
 * Without one of these words a file puts no sequence back. To look at all of them takes a while.
 */
const mayPutBack = /\b(?:setval|restart|sequence)\b/i

/** Where the sequences stand, if a file may put one back. */
export async function readSequences(
  database: Queryable,
  { text }: MigrationScript,
): Promise<SequenceValues> {
  if (!mayPutBack.test(text)) return new Map()
  const { rows } = await database.query<{ oid: string; name: string; value: string | null }>(
    `SELECT s.seqrelid::text AS oid, format('%I.%I', n.nspname, c.relname) AS name,
            pg_catalog.pg_sequence_last_value(s.seqrelid)::text AS value
     FROM pg_catalog.pg_sequence s
     JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE s.seqincrement > 0 AND NOT s.seqcycle`,
  )
  return new Map(rows.map(({ oid, ...one }) => [oid, one]))
}

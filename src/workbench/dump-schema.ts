import type { PGlite } from '@electric-sql/pglite'
import { pgDump } from '@electric-sql/pglite-tools/pg_dump'

/** What {@link dumpSchema} leaves out. */
export interface DumpOptions {
  /** Tables that are not part of the schema, such as a ledger. */
  readonly except?: readonly string[]
}

/**
 * The definitions of a database as pg_dump has them, comments included, without owners, privileges,
 * and what differs from run to run or says nothing. The same database gives the same text.
 */
export async function dumpSchema(
  pglite: PGlite,
  { except = [] }: DumpOptions = {},
): Promise<string> {
  const args = ['--schema-only', '--no-owner', '--no-privileges']
  const left = except.flatMap((table) => ['-T', table])
  const dump = await (await pgDump({ pg: pglite, args: [...args, ...left] })).text()
  const kept = dump
    .split('\n')
    .filter(
      (line) =>
        !/^(SET |SELECT pg_catalog\.set_config|\\(un)?restrict |--( Dumped .*)?$)/.test(line),
    )
    .filter((line) => !/^-- (PostgreSQL database dump|.*; Type: COMMENT;)/.test(line))
    .map((line) => line.replace(/^-- (Name: .*); Schema: .*$/, '-- $1'))
  return `${kept
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`
}

import { createHash } from 'node:crypto'
import {
  neutralSettings,
  type Queryable,
  readAndRollBack,
  type Transaction,
} from '../database/index.js'
import { catalogSql } from './digest-catalog.js'
import { type TableDigest, tableDigestSql } from './digest-rows.js'
import { sessionSql } from './digest-session.js'

/** A name of something, and a hash or a short text that is the same while the thing is. */
type Entries = Readonly<Record<string, string>>

/** A database's whole content in parts, by name: it says where two databases differ. */
export interface DatabaseDigest {
  /** Every table that holds rows, and every materialized view that was filled. */
  readonly rows: Readonly<Record<string, TableDigest>>
  /** Where each sequence is; its parameters are in the catalog. */
  readonly sequences: Entries
  /** By the hash of what is in them. */
  readonly largeObjects: Entries
  /** Everything that has a definition, with its owner, privileges and comment. */
  readonly catalog: Entries
  /** Roles and memberships of the whole server, without passwords. */
  readonly roles: Entries
  /** What SET, ALTER SYSTEM, ALTER DATABASE and ALTER ROLE can change. */
  readonly settings: Entries
  /** The user, prepared statements, open cursors, channels listened on, advisory locks. */
  readonly session: Entries
}

export interface DigestOptions {
  /** Settings of your own, such as `app.owner`, which PostgreSQL has no list of. */
  readonly settings?: readonly string[]
}

/**
 * A hash of a database's whole content: same content, same digest. See {@link describeDatabase}
 * for what is in it, and {@link differences} for where two differ.
 *
 * @returns sha256 in hexadecimal.
 *
 * @example
 * ```ts
 * const before = await digestDatabase(database)
 * await migrator.down()
 * await migrator.up()
 * assert.equal(await digestDatabase(database), before)
 * ```
 */
export async function digestDatabase(
  queryable: Queryable,
  options: DigestOptions = {},
): Promise<string> {
  const parts = Object.entries(await describeDatabase(queryable, options))
  const sorted = parts.map(([part, entries]) => [part, Object.entries(entries).sort(byName)])
  return createHash('sha256')
    .update(JSON.stringify(sorted.sort(byName)))
    .digest('hex')
}

/**
 * The whole content of a database in parts with a hash each: rows in any order, sequences, large
 * objects, the catalog, roles, settings, and the state of the session. Two databases that were
 * made by the same statements have the same; nothing is in it that differs from run to run, such
 * as an oid, a file, a statistic or a time.
 *
 * It changes nothing: it reads in a transaction of its own that is rolled back, a savepoint of
 * yours where there is one. On a pool, the session is the one that answers: pass a session.
 *
 * PostgreSQL does not tell what `currval` and `setseed` left in a session, how far a cursor is,
 * nor the names of settings of your own; those you name in the options are in it.
 *
 * @throws PostgreSQL's 42501 for a role that may not read everything: it takes a superuser.
 */
export async function describeDatabase(
  queryable: Queryable,
  { settings = [] }: DigestOptions = {},
): Promise<DatabaseDigest> {
  return await readAndRollBack(queryable, (transaction) => readDigest(transaction, settings))
}

/** So many in one statement, that no number of tables makes one too deep to parse. */
const tablesPerStatementMax = 100

async function readDigest(
  transaction: Transaction,
  names: readonly string[],
): Promise<DatabaseDigest> {
  type Part = { part: string; entries: Entries; major: number; catalogs: string[] }
  const { rows: live } = await transaction.query<Part>(sessionSql, [names])
  const { major, catalogs } = live[0]!
  await transaction.query(neutralSql)
  const { rows: stored } = await transaction.query<Part>(catalogSql(major, catalogs))
  const parts = new Map([...live, ...stored].map(({ part, entries }) => [part, entries]))
  const entries = (part: string) => parts.get(part) ?? {}
  // These are SQL already: the server has quoted them.
  const contents = [
    ...Object.keys(entries('tables')).map((name) => ({ name, sql: tableDigestSql(name) })),
    ...Object.keys(entries('sequences')).map((name) => ({ name, sql: sequenceSql(name) })),
  ]
  const rows: Record<string, TableDigest> = {}
  const sequences: Record<string, string> = {}
  for (let start = 0; start < contents.length; start += tablesPerStatementMax) {
    const some = contents.slice(start, start + tablesPerStatementMax)
    const texts = some.map(
      ({ sql }, place) => `SELECT ${place} AS place, content.* FROM (${sql}) content`,
    )
    const found = await transaction.query<{ place: number; rows: number | null; hash: string }>(
      texts.join('\nUNION ALL '),
    )
    for (const { place, rows: count, hash } of found.rows) {
      const { name } = some[place]!
      if (count === null) sequences[name] = hash
      else rows[name] = { rows: count, hash }
    }
  }
  return {
    rows,
    sequences,
    largeObjects: entries('largeObjects'),
    catalog: entries('catalog'),
    roles: entries('roles'),
    settings: entries('settings'),
    session: entries('session'),
  }
}

/** How many values the log is ahead is left out: it depends on the last checkpoint. */
function sequenceSql(name: string): string {
  return `SELECT NULL::integer AS rows,
                 last_value::text || CASE WHEN is_called THEN '' ELSE ', not called' END AS hash
          FROM ${name}`
}

/** No relation of a temporary schema gets in the way of a name. */
const neutral: Readonly<Record<string, string>> = {
  search_path: 'pg_catalog, pg_temp',
  ...neutralSettings,
}

export const neutralSql = `SELECT ${Object.entries(neutral)
  .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`)
  .join(', ')}`

/**
 * Where two digests differ, such as `rows public.chats`, sorted.
 *
 * @example
 * ```ts
 * const before = await describeDatabase(database)
 * await database.query('CREATE SEQUENCE numbers')
 * differences(before, await describeDatabase(database)) // ['catalog sequence public.numbers', ...]
 * ```
 */
export function differences(before: DatabaseDigest, after: DatabaseDigest): string[] {
  const parts = Object.keys(before) as (keyof DatabaseDigest)[]
  return parts
    .flatMap((part) => {
      const [one, other]: Readonly<Record<string, unknown>>[] = [before[part], after[part]]
      const names = new Set([...Object.keys(one!), ...Object.keys(other!)])
      return [...names]
        .filter((name) => JSON.stringify(one![name]) !== JSON.stringify(other![name]))
        .map((name) => `${part} ${name}`)
    })
    .sort()
}

function byName([one]: readonly unknown[], [other]: readonly unknown[]): number {
  return String(one) < String(other) ? -1 : 1
}

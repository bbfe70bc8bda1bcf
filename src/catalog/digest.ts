import { type Queryable, readAndRollBack, sha256, type Transaction } from '../database/index.js'
import { type CatalogFact, type Fact, type Facts, factsByTitle } from './facts.js'
import { readAllFacts } from './read-facts.js'
import { type TableDigest, tableDigestSql, tableName } from './rows.js'

export interface DigestOptions {
  /** Settings of your own, such as `app.owner`, which PostgreSQL has no list of. */
  readonly settings?: readonly string[]
}

/**
 * A hash of a database's whole content: same content, same digest. {@link describeDatabase} lists
 * the content, and `differences` compares two databases.
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
  const facts = [...(await describeDatabase(queryable, options)).values()]
  // No text of PostgreSQL has a NUL in it.
  const lines = facts.map(({ title, text }) => `${title}\0${text}`).sort()
  const hash = await sha256(lines.join('\0'))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * The whole content of a database as facts: rows in any order, sequences, large objects, the
 * catalog, roles, settings, and the state of the session. Two databases that were made by the same
 * statements have the same facts; nothing is in them that differs from run to run, such as an oid,
 * a file, a statistic or a time.
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
): Promise<Facts> {
  return await readAndRollBack(queryable, async (transaction) => {
    const { rows } = await transaction.query<SessionRow>(sessionSql, [settings])
    const session = rows.map(({ kind, name, text }) => ({ title: `${kind} ${name}`, kind, text }))
    const catalog = await readAllFacts(transaction, rows[0]!.major)
    return factsByTitle(session, catalog, await readContents(transaction, catalog))
  })
}

interface SessionRow {
  readonly kind: string
  readonly name: string
  readonly text: string
  readonly major: number
}

/**
 * The settings and the state of the session, with the server's version. `$1` has the names of
 * settings that are asked for one by one. It runs before a search path is set, so that it qualifies
 * what it calls.
 *
 * Left out of the settings are those that no statement changes: of the server's build and start,
 * such as its port and folders (internal, postmaster). The characteristics of the transaction are
 * of the one that the digest itself may have begun. What ALTER SYSTEM wrote counts at once, loaded
 * or not. The portal without a name is this statement's own.
 */
const sessionSql = `
SELECT kind, name, text,
       pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000 AS major
FROM (
  SELECT 'setting' AS kind, s.name, s.setting AS text
  FROM pg_catalog.pg_settings s
  WHERE s.context NOT IN ('internal', 'postmaster')
    AND s.name NOT IN ('transaction_isolation', 'transaction_read_only', 'transaction_deferrable')
  UNION ALL
  SELECT 'setting', n, pg_catalog.current_setting(n, true)
  FROM pg_catalog.unnest($1::pg_catalog.text[]) n
  UNION ALL
  SELECT 'setting', f.name || ' of ALTER SYSTEM', pg_catalog.string_agg(f.setting, ', ')
  FROM pg_catalog.pg_file_settings f
  WHERE f.sourcefile LIKE '%postgresql.auto.conf' GROUP BY f.name
  UNION ALL
  SELECT 'session', 'current user', current_user
  UNION ALL
  SELECT 'session', 'session user', session_user
  UNION ALL
  SELECT 'session', 'prepared statement ' || pg_catalog.quote_ident(p.name),
         p.statement || ' ' || p.parameter_types::pg_catalog.text
  FROM pg_catalog.pg_prepared_statements p
  UNION ALL
  SELECT 'session', 'cursor ' || pg_catalog.quote_ident(c.name),
         ROW(c.statement, c.is_holdable, c.is_binary, c.is_scrollable)::pg_catalog.text
  FROM pg_catalog.pg_cursors c WHERE c.name <> ''
  UNION ALL
  SELECT 'session', 'listening on ' || pg_catalog.quote_ident(l), ''
  FROM pg_catalog.pg_listening_channels() l
  UNION ALL
  SELECT 'session', 'advisory lock ' || ROW(l.classid, l.objid, l.objsubid)::pg_catalog.text,
         pg_catalog.string_agg(l.mode, ', ' ORDER BY l.mode)
  FROM pg_catalog.pg_locks l
  WHERE l.locktype = 'advisory' AND l.granted
    AND l.database = (SELECT b.oid FROM pg_catalog.pg_database b
                      WHERE b.datname = pg_catalog.current_database())
  GROUP BY l.classid, l.objid, l.objsubid
) found`

/** So many in one statement, that no number of tables makes one too deep to parse. */
const tablesPerStatementMax = 100

/** Every table that holds rows, every materialized view that was filled, and every sequence. */
async function readContents(
  transaction: Transaction,
  catalog: readonly CatalogFact[],
): Promise<Fact[]> {
  const contents = catalog.filter(hasContent).map(({ kind, title, schema, name }) => {
    const table = tableName({ schema: schema ?? 'pg_catalog', name })
    return kind === 'sequence'
      ? { kind: 'sequence value', title: `value of ${title}`, sql: valueSql(table) }
      : { kind: 'rows', title: `rows of ${title}`, sql: tableDigestSql(table) }
  })
  const facts: Fact[] = []
  for (let start = 0; start < contents.length; start += tablesPerStatementMax) {
    const some = contents.slice(start, start + tablesPerStatementMax)
    const texts = some.map(
      ({ sql }, place) => `SELECT ${place} AS place, content.* FROM (${sql}) content`,
    )
    const { rows } = await transaction.query<TableDigest & { place: number }>(
      texts.join('\nUNION ALL '),
    )
    for (const { place, rows: count, hash } of rows) {
      const { kind, title } = some[place]!
      facts.push({ title, kind, text: count === null ? hash : `${count} ${hash}` })
    }
  }
  return facts
}

function hasContent({ kind, text }: CatalogFact): boolean {
  if (kind === 'sequence') return true
  if (kind === 'materialized view') return JSON.parse(text).filled
  return kind === 'table' && JSON.parse(text).kind === 'table'
}

/** How many values the log is ahead is left out: it depends on the last checkpoint. */
function valueSql(sequence: string): string {
  return `SELECT NULL::integer AS rows,
                 last_value::text || CASE WHEN is_called THEN '' ELSE ', not called' END AS hash
          FROM ${sequence}`
}

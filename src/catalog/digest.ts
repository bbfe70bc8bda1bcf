import { type Queryable, readAndRollBack, sha256, type Transaction } from '../database/index.js'
import { type CatalogFact, type Fact, type Facts, factsByTitle } from './facts.js'
import { readAllFacts } from './read-facts.js'
import { type TableDigest, tableDigestSql, tableName } from './rows.js'

export interface DigestOptions {
  /** Your own settings, such as `app.owner`, because PostgreSQL has no list of them. */
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
  // No text of PostgreSQL contains a NUL.
  const lines = facts.map(({ title, text }) => `${title}\0${text}`).sort()
  const hash = await sha256(lines.join('\0'))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/**
 * The whole content of a database as facts: rows in any order, sequences, large objects, the
 * catalog, roles, settings, and the state of the session. Two databases that were created by the
 * same statements have the same facts. No fact contains a value that differs from run to run, such
 * as an oid, a file, a statistic or a time.
 *
 * It changes nothing: it reads in its own transaction, or in a savepoint of yours, and rolls it
 * back. With a pool, the state of an arbitrary session is read: pass a session.
 *
 * PostgreSQL does not show what `currval` and `setseed` left in a session, the position of a
 * cursor, or the names of your own settings; name those in the options to include them.
 *
 * @throws PostgreSQL's 42501 for a role that may not read everything: only a superuser may.
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
 * settings that are read one by one. It runs before a search path is set, so it qualifies the
 * functions that it calls.
 *
 * Settings that no statement changes are left out: those of the build and the start of the server,
 * such as its port and folders (internal, postmaster). So are the properties of the transaction,
 * which the digest itself may have begun. Settings of ALTER SYSTEM count at once, loaded or not.
 * The portal without a name is that of this statement.
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

/** A limit per statement, because a statement for thousands of tables is too deep to parse. */
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

/** Without the number of values that were logged ahead, which depends on the last checkpoint. */
function valueSql(sequence: string): string {
  return `SELECT NULL::integer AS rows,
                 last_value::text || CASE WHEN is_called THEN '' ELSE ', not called' END AS hash
          FROM ${sequence}`
}

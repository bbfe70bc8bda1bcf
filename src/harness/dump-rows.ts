import type { Queryable } from '../database/index.js'

const tablesSql = `SELECT format('%I.%I', n.nspname, c.relname) AS name,
  (SELECT string_agg(format('%I', a.attname), ', ' ORDER BY a.attnum)
   FROM pg_attribute a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  ) AS columns,
  (SELECT string_agg(format('quote_nullable(%I::text)', a.attname), E' || \\', \\' || '
     ORDER BY a.attnum)
   FROM pg_attribute a
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  ) AS values
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1`

const sequencesSql = `SELECT format('SELECT setval(%L, %s, %L);',
  format('%I.%I', schemaname, sequencename), coalesce(last_value, start_value),
  last_value IS NOT NULL) AS line
FROM pg_sequences ORDER BY schemaname, sequencename`

/**
 * The rows of a database as SQL that a person can read and that loads into the same schema, in
 * place of what is there. It has the rows and where the sequences stand; the schema is in the
 * migrations.
 */
export async function dumpRows(database: Queryable): Promise<string> {
  const parts = [
    '-- The rows of a test database, written by driftpin, for a test database of the same schema.',
    '-- They replace the rows that it has: those of its seed, and the list of its migrations.',
    '-- Checks between tables are off while they load, since tables come in order of name.',
    'SET session_replication_role = replica;',
  ]
  const tables = await database.query<{ name: string; columns: string | null; values: string }>(
    tablesSql,
  )
  // Those of its heirs are in tables of their own.
  parts.push(...tables.rows.map(({ name }) => `DELETE FROM ONLY ${name};`))
  for (const { name, columns, values } of tables.rows) {
    if (columns === null) continue
    const { rows } = await database.query<{ row: string }>(
      `SELECT ${values} AS row FROM ONLY ${name}`,
    )
    if (rows.length === 0) continue
    const into = `INSERT INTO ${name} (${columns}) OVERRIDING SYSTEM VALUE VALUES`
    parts.push('', ...rows.map(({ row }) => `${into} (${row});`))
  }
  const sequences = await database.query<{ line: string }>(sequencesSql)
  if (sequences.rows.length > 0) parts.push('', ...sequences.rows.map(({ line }) => line))
  parts.push('', 'RESET session_replication_role;', '')
  return parts.join('\n')
}

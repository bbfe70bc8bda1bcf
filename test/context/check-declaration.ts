import type { StatementDeclaration } from '../../src/context/statement.js'
import type { Session } from '../../src/index.js'

interface Prepared {
  readonly parameters: string[]
  readonly results: string[] | null
}

/** The oid of each declared type, as PostgreSQL knows it, in order. */
async function oidsOf(session: Session, types: readonly string[]): Promise<string[]> {
  const { rows } = await session.query<{ oids: string[] }>(
    `SELECT coalesce(array_agg(coalesce(to_regtype($1 || element || array_sign),
                                        to_regtype(element || array_sign))::oid::text
                     ORDER BY place), '{}') AS oids
     FROM unnest($2::text[]) WITH ORDINALITY AS type (name, place),
          LATERAL (SELECT replace(name, '[]', '') AS element,
                          CASE WHEN name LIKE '%[]' THEN '[]' ELSE '' END AS array_sign) parts`,
    [`"${session.schema}".`, types.map((type) => type.replace('?', ''))],
  )
  return rows[0]!.oids
}

async function prepare(session: Session, text: string): Promise<Prepared> {
  await session.script(`PREPARE declared AS ${text}`)
  // Servers before 16 do not tell what a prepared statement gives.
  const { rows } = await session.query<{ entry: Record<string, string | null> }>(
    `SELECT to_jsonb(s) || jsonb_build_object('parameter_oids', s.parameter_types::oid[]::text[])
            AS entry
     FROM pg_catalog.pg_prepared_statements s WHERE s.name = 'declared'`,
  )
  const entry = rows[0]!.entry as unknown as { parameter_oids: string[]; result_types?: string[] }
  const results = entry.result_types
  if (results === undefined) {
    await session.script('DEALLOCATE declared')
    return { parameters: entry.parameter_oids, results: null }
  }
  const { rows: given } = await session.query<{ oids: string[] | null }>(
    `SELECT result_types::oid[]::text[] AS oids
     FROM pg_catalog.pg_prepared_statements WHERE name = 'declared'`,
  )
  await session.script('DEALLOCATE declared')
  return { parameters: entry.parameter_oids, results: given[0]!.oids ?? [] }
}

/**
 * Prepares a declared statement against the migrated schema and says in what PostgreSQL disagrees
 * with the declaration: the types of its parameters in order, and those of its rows where the
 * server tells them.
 */
export async function checkDeclaration(
  session: Session,
  { name, parameters, row, text }: StatementDeclaration,
): Promise<string[]> {
  const prepared = await prepare(session, text(session.schema))
  const complaints: string[] = []
  const compare = async (what: string, declared: readonly string[], found: readonly string[]) => {
    const oids = await oidsOf(session, declared)
    if (JSON.stringify(oids) === JSON.stringify(found)) return
    complaints.push(`${name}: ${what} are declared as ${declared} (${oids}), and are ${found}`)
  }
  await compare('parameters', Object.values(parameters), prepared.parameters)
  if (prepared.results) await compare('rows', Object.values(row), prepared.results)
  return complaints
}

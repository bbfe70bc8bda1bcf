import type { Database } from '../../src/index.js'
import { statements } from './all-statements.js'
import { sendEverything } from './send-everything.js'

/** A table that a statement reads from its beginning to its end. */
interface SequentialScan {
  readonly statement: string
  /** The plan for the values that were sent, or the one for any values. */
  readonly plan: 'custom' | 'generic'
  readonly table: string
}

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Plans?: readonly PlanNode[]
}

/** What the operations sent, and how PostgreSQL would run it. */
export interface Explained {
  /** The statements that were explained, by name: every one that there is. */
  readonly statements: readonly string[]
  readonly scans: readonly SequentialScan[]
}

/**
 * Runs every operation on a database that has many rows, and asks how its statements are run
 * there. Needs PostgreSQL 16 or newer, for the generic plans.
 */
export async function explainStatements(database: Database): Promise<Explained> {
  const names = new Map(statements.map((one) => [one.text(database.schema), one.name]))
  const scans: SequentialScan[] = []
  const explained = new Set<string>()
  for (const { text, values } of await sendEverything(database)) {
    const statement = names.get(text)
    if (statement === undefined) continue
    const plans = { custom: await explain(database, 'FORMAT JSON', text, values) }
    const generic = explained.has(statement)
      ? undefined
      : await explain(database, 'FORMAT JSON, GENERIC_PLAN', text, values)
    explained.add(statement)
    for (const [plan, node] of Object.entries({ ...plans, ...(generic && { generic }) })) {
      for (const table of scannedIn(node)) {
        scans.push({ statement, plan: plan as SequentialScan['plan'], table })
      }
    }
  }
  return { statements: [...explained].toSorted(), scans }
}

async function explain(
  database: Database,
  options: string,
  text: string,
  values: readonly unknown[],
): Promise<PlanNode> {
  const { rows } = await database.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
    `EXPLAIN (${options})\n${text}`,
    values,
  )
  return rows[0]!['QUERY PLAN'][0].Plan
}

function scannedIn(node: PlanNode): string[] {
  const table = node['Node Type'] === 'Seq Scan' ? node['Relation Name'] : undefined
  return [...(table === undefined ? [] : [table]), ...(node.Plans ?? []).flatMap(scannedIn)]
}

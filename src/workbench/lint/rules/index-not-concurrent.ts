import type { Constraint, IndexStmt } from 'libpg-query'
import { constraintsOf } from '../column-parts.js'
import { type Alteration, alterationsOf, isFresh, statementsInOrder } from '../file-state.js'
import type { LintedFolder } from '../linted-folder.js'
import type { LintedScript } from '../linted-script.js'
import { nodeAs } from '../nodes-of.js'
import type { Offence, Rule } from '../rule.js'
import { tableKey } from '../table-key.js'

export const indexNotConcurrent: Rule = {
  id: 'index-not-concurrent',
  why:
    'Until an index is built nothing can be written to its table, and for a constraint not even ' +
    'read.',
  instead:
    'Give it a migration of its own with no other statement, which is then run without a ' +
    'transaction: CREATE INDEX CONCURRENTLY.',
  needsCatalog: false,
  *check(folder) {
    const others = namesOfOthers(folder)
    for (const script of folder.scripts) {
      for (const { statement, state } of statementsInOrder(script)) {
        const index = nodeAs(statement.node, 'IndexStmt')
        const table = tableKey(index?.relation)
        if (!index || index.concurrent || isFresh(state, table)) continue
        // On the parent alone an index of partitions is a mere entry.
        const isEntry = !index.relation?.inh && others.partitioned.has(table)
        if (others.views.has(table) || isEntry) continue
        yield { script, at: statement.start, ...describe(index, table, others.partitioned) }
      }
      for (const alteration of alterationsOf(script)) yield* constraints(script, alteration)
    }
  },
}

const kinds: Partial<Record<NonNullable<Constraint['contype']>, string>> = {
  CONSTR_UNIQUE: 'UNIQUE',
  CONSTR_PRIMARY: 'PRIMARY KEY',
  CONSTR_EXCLUSION: 'EXCLUDE',
}

function describe(index: IndexStmt, table: string, partitioned: ReadonlySet<string>) {
  const name = index.idxname ?? 'the index'
  const message = `Nothing can be written to ${table} until ${name} is built.`
  if (!partitioned.has(table)) return { message }
  const fix =
    'CREATE INDEX ON ONLY the partitioned table, then CONCURRENTLY on each partition in a ' +
    'migration of its own, then ALTER INDEX ... ATTACH PARTITION.'
  return { message, fix }
}

function* constraints(
  script: LintedScript,
  { command, statement, table, isFresh: skip }: Alteration,
): Generator<Offence> {
  if (skip) return
  const added = command.subtype === 'AT_AddConstraint' && nodeAs(command.def, 'Constraint')
  const column = command.subtype === 'AT_AddColumn' ? nodeAs(command.def, 'ColumnDef') : undefined
  for (const constraint of added ? [added] : constraintsOf(column)) {
    const { contype, indexname, location = statement.start } = constraint
    const kind = kinds[contype!]
    if (!kind || indexname) continue
    const message = `Nobody can read or write ${table} until the index of this ${kind} is built.`
    const fix =
      contype === 'CONSTR_EXCLUSION'
        ? 'It cannot be built CONCURRENTLY: add it while the table is small, and silence the rule.'
        : 'CREATE UNIQUE INDEX CONCURRENTLY in a migration of its own, then ADD CONSTRAINT ... ' +
          `${kind} USING INDEX in the next.`
    yield { script, at: location, message, fix }
  }
}

/** Partitioned tables, which cannot be indexed concurrently, and views, which nobody writes to. */
function namesOfOthers({ migrations }: LintedFolder) {
  const partitioned = new Set<string>()
  const views = new Set<string>()
  for (const { node } of migrations.flatMap(({ up }) => up.statements)) {
    const table = nodeAs(node, 'CreateStmt')
    if (table?.partspec) partitioned.add(tableKey(table.relation))
    const view = nodeAs(node, 'CreateTableAsStmt')
    if (view?.objtype === 'OBJECT_MATVIEW') views.add(tableKey(view.into?.rel))
  }
  return { partitioned, views }
}

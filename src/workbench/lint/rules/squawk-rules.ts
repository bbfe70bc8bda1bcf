import { alterationsInUse, type FileState, isInUse, statementsInOrder } from '../file-changes.js'
import type { LintedScript, LintedStatement, Offence } from '../linted-script.js'
import type { MigratedCatalog } from '../migrated-catalog.js'
import type { Linted, Rule } from '../rule.js'
import { coveredBy } from '../silence.js'
import { constraintsOf, defaultOf, hasSerialType, nodeAs, tableKey } from '../syntax-tree.js'

// squawk reads one file at a time, knows no search path, and misses some spellings. Its reports
// about tables that are not in use yet are omitted, and these rules find what it misses.

/** Finds what squawk misses in a file. */
type Missed = (script: LintedScript) => Iterable<Offence>

/** A check by rules of squawk, and of what they miss. */
function bySquawk(
  names: readonly string[],
  missed: Missed = () => [],
  { inDowns = true, isUnused = (state: FileState, table: string) => !isInUse(state, table) } = {},
) {
  return function* check({ scripts, squawk, catalog }: Linted): Generator<Offence> {
    for (const script of scripts) {
      if (script.direction === 'down' && !inDowns) continue
      const isHarmless = findHarmless(script, catalog, isUnused)
      const isIgnored = bySquawkComment(script)
      const found = squawk.filter((one) => one.script === script && names.includes(one.squawkRule))
      const others = [...missed(script)].filter((one) => !isIgnored(one))
      yield* [...found, ...others].filter((one) => !isHarmless(one))
    }
  }
}

/**
 * Whether an offence is in a harmless statement: its table is not in use, or it creates an index ON
 * ONLY a partitioned table, which builds nothing.
 */
function findHarmless(
  script: LintedScript,
  { tables }: MigratedCatalog,
  isUnused: (state: FileState, table: string) => boolean,
): (offence: Offence) => boolean {
  const harmless: LintedStatement[] = []
  for (const { statement, state } of statementsInOrder(script)) {
    const index = nodeAs(statement.node, 'IndexStmt')
    const relation =
      index?.relation ??
      nodeAs(statement.node, 'AlterTableStmt')?.relation ??
      nodeAs(statement.node, 'RenameStmt')?.relation
    if (!relation) continue
    const table = tableKey(relation)
    const isPartitioned = tables.find(({ name }) => name === table)?.kind === 'partitioned table'
    const isEmptyIndex = index && !relation.inh && isPartitioned
    if (isEmptyIndex || isUnused(state, table)) harmless.push(statement)
  }
  return ({ at }) => harmless.some(({ start, end }) => at >= start && at < end)
}

/** Whether a comment for squawk allows an offence. */
function bySquawkComment(script: LintedScript): (offence: Offence) => boolean {
  const comments = script.comments.filter(({ text }) => /^--\s*squawk-ignore\b/.test(text))
  const isWhole = comments.some(({ text }) => /squawk-ignore-file/.test(text))
  const covers = comments.map((comment) => coveredBy(script, comment))
  return (offence) => isWhole || covers.some((isCovered) => isCovered(offence))
}

/** Indexes that are built ON ONLY a table, and EXCLUDE constraints. */
function* indexesNotConcurrent(script: LintedScript): Generator<Offence> {
  for (const { node, start } of script.statements) {
    const index = nodeAs(node, 'IndexStmt')
    if (!index || index.concurrent || index.relation?.inh) continue
    const message = `Nobody can write to ${tableKey(index.relation)} until this index is built.`
    yield { script, at: start, message }
  }
  for (const { statement, table, command } of alterationsInUse(script)) {
    const added = nodeAs(command.def, 'Constraint')
    if (added?.contype !== 'CONSTR_EXCLUSION') continue
    const message = `Nobody can use ${table} until the index of this constraint is built.`
    yield { script, at: added.location ?? statement.start, message }
  }
}

/** New columns with DEFAULT NULL, or PRIMARY KEY, that have no value for the existing rows. */
function* columnsWithoutValue(script: LintedScript): Generator<Offence> {
  for (const { statement, table, command } of alterationsInUse(script)) {
    const column = command.subtype === 'AT_AddColumn' && nodeAs(command.def, 'ColumnDef')
    if (!column || hasSerialType(column) || defaultOf(column)) continue
    const kinds = constraintsOf(column).map(({ contype }) => contype)
    const isMissed = kinds.includes(
      kinds.includes('CONSTR_NOTNULL') ? 'CONSTR_DEFAULT' : 'CONSTR_PRIMARY',
    )
    const isFilled = kinds.includes('CONSTR_IDENTITY') || kinds.includes('CONSTR_GENERATED')
    if (!isMissed || isFilled) continue
    const message = `The rows of ${table} have no value for ${column.colname}.`
    yield { script, at: column.location ?? statement.start, message }
  }
}

/** The rules that squawk checks, with the names that our comments allow. */
export const squawkRules: readonly Rule[] = [
  {
    id: 'index-not-concurrent',
    why:
      'Until an index is built, nobody can write to its table, or even read it if it serves a ' +
      'constraint.',
    instead:
      'Use CREATE INDEX CONCURRENTLY in a migration of its own, which then runs without a ' +
      'transaction. For a constraint, add it with USING INDEX in the next migration.',
    needs: 'squawk',
    check: bySquawk(
      [
        'require-concurrent-index-creation',
        'disallowed-unique-constraint',
        'adding-serial-primary-key-field',
      ],
      indexesNotConcurrent,
    ),
  },
  {
    id: 'not-null-without-default',
    why: 'The statement works on an empty table and fails on a table with rows.',
    instead:
      'Give the column a constant default, or add it without NOT NULL, fill it, and set NOT NULL ' +
      'in a later migration.',
    needs: 'squawk',
    check: bySquawk(['adding-required-field'], columnsWithoutValue),
  },
  {
    id: 'constraint-blocks-table',
    why: 'A constraint on an existing table reads all rows while nobody can write to the table.',
    instead:
      'Add it NOT VALID, which reads nothing, and VALIDATE CONSTRAINT in a later migration. ' +
      'For NOT NULL, validate a CHECK (column IS NOT NULL) first, and then allow this rule.',
    needs: 'squawk',
    check: bySquawk(['constraint-missing-not-valid', 'adding-not-nullable-field']),
  },
  {
    id: 'rename-in-use',
    why: 'Statements of processes of the previous version, which use the old name, fail.',
    instead:
      'For a table, leave a view with the old name. For a column, add the new one, write both, ' +
      'and drop the old one in a later release.',
    needs: 'squawk',
    check: bySquawk(['renaming-table', 'renaming-column'], undefined, {
      inDowns: false,
      // Processes of the previous version use an emptied table too.
      isUnused: ({ made }, table) => made.has(table),
    }),
  },
]

import type { AlterTableCmd, Node } from 'libpg-query'
import type { LintedScript, LintedStatement } from './linted-script.js'
import { nodeAs, nodesOf } from './nodes-of.js'
import { tableKey } from './table-key.js'
import { tableRenamedBy, tablesDroppedBy, tablesMadeBy } from './tables-of.js'

/** What a file has done before one of its statements. */
export interface FileState {
  /** Tables that the file made: nobody else has seen them yet. */
  readonly made: ReadonlySet<string>
  /** Tables that the file emptied. */
  readonly emptied: ReadonlySet<string>
  /** Columns that the file added, as `table.column`. */
  readonly added: ReadonlySet<string>
}

/** One command of an ALTER TABLE. */
export interface Alteration {
  readonly statement: LintedStatement
  readonly table: string
  readonly command: AlterTableCmd
  readonly state: FileState
  /** Whether the table has no rows, as far as the file tells: nothing can take long on it. */
  readonly isFresh: boolean
}

/** Each statement of a file, with what the file did before it. */
export function* statementsInOrder(
  script: LintedScript,
): Generator<{ readonly statement: LintedStatement; readonly state: FileState }> {
  const state = { made: new Set<string>(), emptied: new Set<string>(), added: new Set<string>() }
  const there = new Set(script.tablesBefore)
  for (const statement of script.statements) {
    yield { statement, state }
    note(statement.node, state, there)
  }
}

/** Whether nothing in the table can be old, and nobody uses it. */
function isFresh({ made, emptied }: FileState, table: string): boolean {
  return made.has(table) || emptied.has(table)
}

/** Every command of every ALTER TABLE of a file. */
export function* alterationsOf(script: LintedScript): Generator<Alteration> {
  for (const { statement, state } of statementsInOrder(script)) {
    const alter = nodeAs(statement.node, 'AlterTableStmt')
    if (alter?.objtype !== 'OBJECT_TABLE') continue
    const table = tableKey(alter.relation)
    for (const node of alter.cmds ?? []) {
      const command = nodeAs(node, 'AlterTableCmd')
      if (command) yield { statement, table, command, state, isFresh: isFresh(state, table) }
    }
  }
}

function note(
  node: Node,
  { made, emptied, added }: { made: Set<string>; emptied: Set<string>; added: Set<string> },
  there: Set<string>,
): void {
  for (const key of tablesDroppedBy(node)) there.delete(key)
  for (const { relation, unlessThere } of tablesMadeBy(node)) {
    const key = tableKey(relation)
    if (!unlessThere || !there.has(key)) made.add(key)
  }
  for (const table of nodeAs(node, 'TruncateStmt')?.relations ?? []) {
    emptied.add(tableKey(nodeAs(table, 'RangeVar')))
  }
  const deleted = nodeAs(node, 'DeleteStmt')
  if (deleted && !deleted.whereClause && !deleted.usingClause) {
    emptied.add(tableKey(deleted.relation))
  }
  const renamed = tableRenamedBy(node)
  for (const set of renamed ? [made, emptied, there] : []) {
    if (set.delete(renamed!.old)) set.add(renamed!.now)
  }
  const alter = nodeAs(node, 'AlterTableStmt')
  for (const { subtype, def } of nodesOf(alter?.cmds, 'AlterTableCmd')) {
    const column = subtype === 'AT_AddColumn' && nodeAs(def, 'ColumnDef')?.colname
    if (column) added.add(`${tableKey(alter?.relation)}.${column}`)
  }
}

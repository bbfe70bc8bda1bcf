import type { AlterTableCmd, ColumnDef, Node } from 'libpg-query'
import { type LintedScript, type LintedStatement, placeOfName } from './linted-script.js'
import {
  constraintsOf,
  defaultOf,
  droppedBy,
  hasSerialType,
  nodeAs,
  nodesOf,
  stringsOf,
  tableKey,
  tableRenamedBy,
  tablesMadeBy,
} from './syntax-tree.js'

/** What a file has done before one of its statements. */
export interface FileState {
  /** All tables that exist, according to the texts of this file and of earlier ones. */
  readonly tables: ReadonlySet<string>
  /** Tables that the file creates, which nobody else uses yet. */
  readonly made: ReadonlySet<string>
  /** Tables that the file emptied. */
  readonly emptied: ReadonlySet<string>
  /** Columns that the file added, as `table.column`. */
  readonly added: ReadonlySet<string>
}

/** Each statement of a file, with what the file did before it. */
export function* statementsInOrder(
  script: LintedScript,
): Generator<{ readonly statement: LintedStatement; readonly state: FileState }> {
  const [made, emptied, added] = [new Set<string>(), new Set<string>(), new Set<string>()]
  const tables = new Set(script.tablesBefore)
  for (const statement of script.statements) {
    yield { statement, state: { tables, made, emptied, added } }
    note(statement.node, { tables, made, emptied, added })
  }
}

function note(node: Node, state: Record<keyof FileState, Set<string>>): void {
  const { tables, made, emptied, added } = state
  for (const { key } of droppedBy(node, 'OBJECT_TABLE')) tables.delete(key)
  for (const { relation, unlessThere } of tablesMadeBy(node)) {
    const key = tableKey(relation)
    if (!unlessThere || !tables.has(key)) made.add(key)
    tables.add(key)
  }
  for (const table of nodeAs(node, 'TruncateStmt')?.relations ?? []) {
    emptied.add(tableKey(nodeAs(table, 'RangeVar')))
  }
  const deleted = nodeAs(node, 'DeleteStmt')
  if (deleted && !deleted.whereClause && !deleted.usingClause) {
    emptied.add(tableKey(deleted.relation))
  }
  const renamed = tableRenamedBy(node)
  for (const set of renamed ? [made, emptied, tables] : []) {
    if (set.delete(renamed!.old)) set.add(renamed!.now)
  }
  const alter = nodeAs(node, 'AlterTableStmt')
  for (const { subtype, def } of nodesOf(alter?.cmds, 'AlterTableCmd')) {
    const column = subtype === 'AT_AddColumn' && nodeAs(def, 'ColumnDef')?.colname
    if (column) added.add(`${tableKey(alter?.relation)}.${column}`)
  }
}

/** Whether a table has rows and users, because the file neither created nor emptied it. */
export function isInUse({ made, emptied }: FileState, table: string): boolean {
  return !made.has(table) && !emptied.has(table)
}

/** One command of an ALTER TABLE. */
interface Alteration {
  readonly statement: LintedStatement
  readonly table: string
  readonly command: AlterTableCmd
}

/** Every command of every ALTER TABLE of a file on a table in use. */
export function* alterationsInUse(script: LintedScript): Generator<Alteration> {
  for (const { statement, state } of statementsInOrder(script)) {
    const alter = nodeAs(statement.node, 'AlterTableStmt')
    const table = tableKey(alter?.relation)
    if (alter?.objtype !== 'OBJECT_TABLE' || !isInUse(state, table)) continue
    for (const command of nodesOf(alter.cmds, 'AlterTableCmd')) yield { statement, table, command }
  }
}

/** A change for which PostgreSQL may rewrite a whole table. */
export interface PossibleRewrite {
  readonly script: LintedScript
  readonly at: number
  readonly table: string
  readonly column: string
  readonly by: 'default' | 'type'
  /** The kind of column whose value always differs per row, if it is one. */
  readonly always: string | undefined
  /** The functions that the default calls. */
  readonly functions: readonly string[]
}

/** The changes of a file for which PostgreSQL may rewrite an existing table. */
export function possibleRewrites(script: LintedScript): PossibleRewrite[] {
  return [...alterationsInUse(script)].flatMap((alteration) => possible(script, alteration) ?? [])
}

function possible(
  script: LintedScript,
  { statement, table, command }: Alteration,
): PossibleRewrite | undefined {
  const definition = nodeAs(command.def, 'ColumnDef')
  if (!definition) return undefined
  const at = definition.location ?? placeOfName(script, statement, command.name ?? '')
  if (command.subtype === 'AT_AlterColumnType') {
    const column = command.name ?? ''
    return { script, at, table, column, by: 'type', always: undefined, functions: [] }
  }
  if (command.subtype !== 'AT_AddColumn') return undefined
  const always = whatAlwaysDiffers(definition)
  const calls = [...nodesOf(defaultOf(definition), 'FuncCall')]
  const functions = calls.map(({ funcname }) => stringsOf(funcname).at(-1) ?? '')
  if (!always && functions.length === 0) return undefined
  const column = definition.colname ?? ''
  return { script, at, table, column, by: 'default', always, functions }
}

function whatAlwaysDiffers(column: ColumnDef): string | undefined {
  if (hasSerialType(column)) return 'serial'
  const constraints = constraintsOf(column)
  if (constraints.some(({ contype }) => contype === 'CONSTR_IDENTITY')) return 'identity'
  const generated = constraints.find(({ contype }) => contype === 'CONSTR_GENERATED')
  return generated?.generated_kind === 's' ? 'generated' : undefined
}

/** A literal that may be an enum value added by the same file. */
export interface ValueUse {
  readonly statement: LintedStatement
  readonly at: number
  readonly type: string
  readonly value: string
  /** Whether the same file creates the type. */
  readonly ownType: boolean
}

/** The literals of a file that equal an enum value which it added before. */
export function usesOfAddedValues(script: LintedScript): ValueUse[] {
  if (!script.transaction) return []
  const added = new Map<string, string>()
  const ownTypes = new Set<string>()
  const uses: ValueUse[] = []
  for (const statement of script.statements) {
    const { node, start } = statement
    const use = (value: string, at: number) => {
      const type = added.get(value)
      if (type === undefined) return
      uses.push({ statement, at, type, value, ownType: ownTypes.has(type) })
    }
    for (const { sval, location = start } of nodesOf(node, 'A_Const'))
      use(sval?.sval ?? '', location)
    // The body of a DO runs immediately, but the parser sees it as a text.
    const body = [...nodesOf(nodeAs(node, 'DoStmt'), 'String')].map(({ sval }) => sval).join('\n')
    for (const value of added.keys()) if (body.includes(`'${value}'`)) use(value, start)
    const altered = nodeAs(node, 'AlterEnumStmt')
    if (altered?.newVal && !altered.oldVal) {
      added.set(altered.newVal, stringsOf(altered.typeName).at(-1) ?? '')
    }
    const created = nodeAs(node, 'CreateEnumStmt')
    if (created) ownTypes.add(stringsOf(created.typeName).at(-1) ?? '')
  }
  return uses
}

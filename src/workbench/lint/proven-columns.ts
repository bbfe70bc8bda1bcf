import type { Constraint, Node } from 'libpg-query'
import { constraintsOf } from './column-parts.js'
import type { Alteration } from './file-state.js'
import { nodeAs, nodesOf, stringsOf } from './nodes-of.js'
import { tableKey } from './table-key.js'

/**
 * The columns of which PostgreSQL knows that they hold no NULL, since a constraint that it has
 * checked says so: SET NOT NULL believes that, and reads nothing.
 */
export class ProvenColumns {
  /** What each constraint says, as `table.constraint`, and whether it was checked. */
  private readonly constraints: Map<string, { columns: readonly string[]; checked: boolean }>

  constructor(before?: ProvenColumns) {
    const known = [...(before?.constraints ?? [])]
    this.constraints = new Map(known.map(([key, one]) => [key, { ...one }]))
  }

  has(table: string, column: string): boolean {
    return [...this.constraints].some(
      ([key, { columns, checked }]) =>
        checked && key.startsWith(`${table}.`) && columns.includes(column),
    )
  }

  /** Notes what a CREATE TABLE says. */
  create(node: Node): void {
    const { relation, tableElts } = nodeAs(node, 'CreateStmt') ?? {}
    for (const constraint of nodesOf(tableElts, 'Constraint')) {
      this.add(tableKey(relation), constraint)
    }
  }

  /** Notes what a command of an ALTER TABLE changes. */
  alter({ table, command }: Pick<Alteration, 'table' | 'command'>): void {
    const key = `${table}.${command.name}`
    const added = nodeAs(command.def, 'Constraint')
    if (command.subtype === 'AT_AddConstraint' && added) this.add(table, added)
    const column = command.subtype === 'AT_AddColumn' ? nodeAs(command.def, 'ColumnDef') : undefined
    for (const constraint of constraintsOf(column)) this.add(table, constraint)
    const known = this.constraints.get(key)
    if (command.subtype === 'AT_ValidateConstraint' && known) known.checked = true
    if (command.subtype === 'AT_DropConstraint') this.constraints.delete(key)
  }

  private add(table: string, constraint: Constraint): void {
    const columns = columnsNotNull(constraint)
    if (columns.length === 0 || constraint.is_enforced === false) return
    // One without a name is not found again to be dropped; it holds until then.
    const name = constraint.conname ?? `\0${this.constraints.size}`
    this.constraints.set(`${table}.${name}`, { columns, checked: !constraint.skip_validation })
  }
}

/** The columns that a constraint holds to be not NULL, all of them at once. */
function columnsNotNull({ contype, keys, raw_expr }: Constraint): string[] {
  if (contype === 'CONSTR_NOTNULL') return stringsOf(keys)
  return contype === 'CONSTR_CHECK' ? conjuncts(raw_expr) : []
}

function conjuncts(expression: Node | undefined): string[] {
  const all = nodeAs(expression, 'BoolExpr')
  if (all?.boolop === 'AND_EXPR') return (all.args ?? []).flatMap(conjuncts)
  const test = nodeAs(expression, 'NullTest')
  const column = stringsOf(nodeAs(test?.arg, 'ColumnRef')?.fields).at(-1)
  return test?.nulltesttype === 'IS_NOT_NULL' && column !== undefined ? [column] : []
}

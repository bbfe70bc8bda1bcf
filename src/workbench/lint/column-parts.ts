import type { ColumnDef, Constraint } from 'libpg-query'
import { nodeAs, stringsOf } from './nodes-of.js'

const serials = new Set(['serial', 'serial2', 'serial4', 'serial8', 'bigserial', 'smallserial'])

/** The constraints that stand in the definition of a column, its default and NOT NULL included. */
export function constraintsOf(column: ColumnDef | undefined): Constraint[] {
  return (column?.constraints ?? []).flatMap((node) => nodeAs(node, 'Constraint') ?? [])
}

export function hasSerialType(column: ColumnDef): boolean {
  return serials.has(stringsOf(column.typeName?.names).at(-1) ?? '')
}

/** The default that a column is given, unless that is NULL, which is none. */
export function defaultOf(column: ColumnDef) {
  const given = constraintsOf(column).find(({ contype }) => contype === 'CONSTR_DEFAULT')
  return nodeAs(given?.raw_expr, 'A_Const')?.isnull ? undefined : given?.raw_expr
}

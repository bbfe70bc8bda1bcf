import type { ColumnDef } from 'libpg-query'
import { constraintsOf, defaultOf, hasSerialType } from '../column-parts.js'
import { alterationsOf } from '../file-state.js'
import { nodeAs } from '../nodes-of.js'
import type { Rule } from '../rule.js'

export const notNullWithoutDefault: Rule = {
  id: 'not-null-without-default',
  why:
    'The statement works on an empty table and fails on one with rows, which is what production ' +
    'has.',
  instead:
    'Give the column a constant default, or add it without NOT NULL, fill it, and set NOT NULL ' +
    'in a later migration.',
  needsCatalog: false,
  *check({ scripts }) {
    for (const script of scripts) {
      for (const { statement, table, command, isFresh } of alterationsOf(script)) {
        if (isFresh || command.subtype !== 'AT_AddColumn') continue
        const column = nodeAs(command.def, 'ColumnDef')
        if (!column || !isNotNull(column) || hasValue(column)) continue
        const message = `This fails if ${table} has a row: it would have no ${column.colname}.`
        yield { script, at: column.location ?? statement.start, message }
      }
    }
  },
}

function isNotNull(column: ColumnDef): boolean {
  return constraintsOf(column).some(
    ({ contype }) => contype === 'CONSTR_NOTNULL' || contype === 'CONSTR_PRIMARY',
  )
}

function hasValue(column: ColumnDef): boolean {
  const makesOne = constraintsOf(column).some(
    ({ contype }) => contype === 'CONSTR_IDENTITY' || contype === 'CONSTR_GENERATED',
  )
  return makesOne || hasSerialType(column) || defaultOf(column) !== undefined
}

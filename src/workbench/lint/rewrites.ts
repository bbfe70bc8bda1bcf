import type { ColumnDef } from 'libpg-query'
import { constraintsOf, defaultOf, hasSerialType } from './column-parts.js'
import { type Alteration, alterationsOf } from './file-state.js'
import { type LintedScript, type LintedStatement, placeOfName } from './linted-script.js'
import { nodeAs, nodesOf, stringsOf } from './nodes-of.js'

/** A change for which PostgreSQL may write a whole table anew. */
export interface PossibleRewrite {
  readonly statement: LintedStatement
  readonly at: number
  readonly table: string
  readonly column: string
  readonly by: 'default' | 'type'
  /** What gives each row a value of its own, as the file has it; it always does. */
  readonly always: string | undefined
  /** The functions that the default calls. */
  readonly functions: readonly string[]
}

/** The changes of a file for which PostgreSQL may write an existing table anew. */
export function possibleRewrites(script: LintedScript): PossibleRewrite[] {
  return [...alterationsOf(script)]
    .filter((alteration) => !alteration.isFresh)
    .flatMap((alteration) => possible(script, alteration) ?? [])
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
    return { statement, at, table, column, by: 'type', always: undefined, functions: [] }
  }
  if (command.subtype !== 'AT_AddColumn') return undefined
  const always = whatAlwaysDiffers(definition)
  const calls = [...nodesOf(defaultOf(definition), 'FuncCall')]
  const functions = calls.map(({ funcname }) => stringsOf(funcname).at(-1) ?? '')
  if (!always && functions.length === 0) return undefined
  const column = definition.colname ?? ''
  return { statement, at, table, column, by: 'default', always, functions }
}

function whatAlwaysDiffers(column: ColumnDef): string | undefined {
  if (hasSerialType(column)) return 'serial'
  const constraints = constraintsOf(column)
  if (constraints.some(({ contype }) => contype === 'CONSTR_IDENTITY')) return 'identity'
  const generated = constraints.find(({ contype }) => contype === 'CONSTR_GENERATED')
  return generated?.generated_kind === 's' ? 'generated' : undefined
}

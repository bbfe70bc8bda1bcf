import type { Constraint } from 'libpg-query'
import type { ManifestConstraint } from '../../catalog/index.js'
import type { LintedFolder } from './linted-folder.js'
import { type LintedScript, type LintedStatement, placeOfName } from './linted-script.js'
import type { Linted } from './rule.js'
import {
  constraintsOf,
  nodeAs,
  nodesOf,
  stringsOf,
  tableKey,
  tableRenamedBy,
} from './syntax-tree.js'

/** The place in a file that created something in the catalog. */
export interface Origin {
  readonly script: LintedScript
  readonly at: number
}

/** The place that created a foreign key, according to the texts or else to the catalog. */
export function originOfForeignKey(
  linted: Linted,
  of: { readonly table: string; readonly key: ManifestConstraint },
): Origin {
  const columns = of.key.columns.join()
  for (const { script, statement } of statementsOn(linted, of.table)) {
    for (const { constraint, column } of foreignKeysOf(statement)) {
      const own = column === undefined ? stringsOf(constraint.fk_attrs).join() : column
      const isIt = constraint.conname ? constraint.conname === of.key.name : own === columns
      if (isIt) return { script, at: constraint.location ?? statement.start }
    }
  }
  const script = linted.catalog.fileThatMade(of.table, of.key.name) ?? linted.migrations.at(-1)!.up
  return mentionIn(script, [of.table, ...of.key.columns])
}

/** The place that created or last changed a column, or else a file that names the table. */
export function originOfColumn(
  folder: LintedFolder,
  of: { readonly table: string; readonly column: string },
): Origin {
  for (const { script, statement } of statementsOn(folder, of.table)) {
    for (const { subtype, name } of nodesOf(statement.node, 'AlterTableCmd')) {
      const alters = subtype?.startsWith('AT_Alter') || subtype?.endsWith('NotNull')
      const drops = subtype === 'AT_DropColumn'
      const changes = alters || drops || subtype === 'AT_ColumnDefault'
      if (changes && name === of.column) {
        return { script, at: placeOfName(script, statement, of.column) }
      }
    }
    for (const { colname, location } of nodesOf(statement.node, 'ColumnDef')) {
      if (colname === of.column) return { script, at: location ?? statement.start }
    }
    const rename = nodeAs(statement.node, 'RenameStmt')
    if (rename?.newname === of.column) return { script, at: statement.start }
  }
  const ups = folder.migrations.map(({ up }) => up)
  const name = shortNameOf(of.table)
  return mentionIn(ups.find(({ text }) => text.includes(name)) ?? ups[0]!, [of.table, of.column])
}

/** The statements about a table, also under its former names, the newest first. */
function* statementsOn(
  folder: LintedFolder,
  table: string,
): Generator<{ readonly script: LintedScript; readonly statement: LintedStatement }> {
  const names = new Set([table])
  for (const { up } of folder.migrations.toReversed()) {
    for (const statement of up.statements.toReversed()) {
      const renamed = tableRenamedBy(statement.node)
      if (renamed && names.has(renamed.now)) names.add(renamed.old)
      const on = tableOf(statement)
      if (on !== undefined && names.has(on)) yield { script: up, statement }
    }
  }
}

function tableOf({ node }: LintedStatement): string | undefined {
  const relation =
    nodeAs(node, 'CreateStmt')?.relation ??
    nodeAs(node, 'AlterTableStmt')?.relation ??
    nodeAs(node, 'RenameStmt')?.relation
  return relation && tableKey(relation)
}

/** The foreign keys that a statement creates, with the column for column constraints. */
function* foreignKeysOf({
  node,
}: LintedStatement): Generator<{ readonly constraint: Constraint; readonly column?: string }> {
  const inColumns = new Set<Constraint>()
  for (const column of nodesOf(node, 'ColumnDef')) {
    for (const constraint of constraintsOf(column)) {
      inColumns.add(constraint)
      const isForeign = constraint.contype === 'CONSTR_FOREIGN'
      if (isForeign) yield { constraint, column: column.colname ?? '' }
    }
  }
  for (const constraint of nodesOf(node, 'Constraint')) {
    if (constraint.contype === 'CONSTR_FOREIGN' && !inColumns.has(constraint)) yield { constraint }
  }
}

/** The statement that mentions the names, because the parser sees the body of a DO as a text. */
function mentionIn(script: LintedScript, [table = '', ...columns]: readonly string[]): Origin {
  const holds = (words: readonly string[]) =>
    script.statements.find(({ start, end }) => {
      const text = script.source.slice(start, end)
      return words.every((word) => text.includes(word))
    })
  const name = shortNameOf(table)
  const statement = holds([name, ...columns]) ?? holds([name]) ?? script.statements[0]
  return { script, at: statement?.start ?? 0 }
}

function shortNameOf(table: string): string {
  return table.split('.').at(-1)!
}

import type { ManifestConstraint } from '../../catalog/index.js'
import { type LintedScript, type LintedStatement, placeOfName } from './linted-script.js'
import type { Linted } from './rule.js'
import { constraintsOf, nodeAs, nodesOf, stringsOf, tableKey } from './syntax-tree.js'

/** The place in a file that created something in the catalog. */
export interface Origin {
  readonly script: LintedScript
  readonly at: number
}

/** The place that created a foreign key. */
export function originOfForeignKey(
  { catalog }: Linted,
  { table, key: { name, columns } }: { readonly table: string; readonly key: ManifestConstraint },
): Origin {
  const { script, table: former } = catalog.makerOf('constraint', table, name)!
  for (const { node, start } of statementsOn(script, former)) {
    const inColumns = [...nodesOf(node, 'ColumnDef')].flatMap((column) =>
      constraintsOf(column).map((constraint) => ({ constraint, own: column.colname })),
    )
    const inTable = [...nodesOf(node, 'Constraint')].map((constraint) => ({
      constraint,
      own: stringsOf(constraint.fk_attrs).join(),
    }))
    const found = [...inColumns, ...inTable].find(
      ({ constraint: { contype, conname }, own }) =>
        contype === 'CONSTR_FOREIGN' && (conname ? conname === name : own === columns.join()),
    )
    if (found) return { script, at: found.constraint.location ?? start }
  }
  return mentionIn(script, [former, ...columns])
}

/** The place that created, last changed or dropped a column, if the table ever had it. */
export function originOfColumn(
  { catalog }: Linted,
  { table, column }: { readonly table: string; readonly column: string },
): Origin | undefined {
  const maker = catalog.makerOf('column', table, column)
  if (!maker) return undefined
  const { script, table: former } = maker
  for (const statement of statementsOn(script, former).reverse()) {
    const definitions = [...nodesOf(statement.node, 'ColumnDef')]
    const made = definitions.find(({ colname }) => colname === column)?.location
    const at = made ?? placeOfName(script, statement, column)
    if (at !== statement.start) return { script, at }
  }
  return mentionIn(script, [former, column])
}

/** The statements about a table. */
function statementsOn({ statements }: LintedScript, table: string): LintedStatement[] {
  return statements.filter(({ node }) => {
    const about =
      nodeAs(node, 'CreateStmt') ?? nodeAs(node, 'AlterTableStmt') ?? nodeAs(node, 'RenameStmt')
    return about && tableKey(about.relation) === table
  })
}

/** The statement that mentions the names, because the parser sees the body of a DO as a text. */
function mentionIn(script: LintedScript, [table = '', ...columns]: readonly string[]): Origin {
  const holds = (words: readonly string[]) =>
    script.statements.find(({ start, end }) => {
      const text = script.source.slice(start, end)
      return words.every((word) => text.includes(word))
    })
  const name = table.split('.').at(-1)!
  const statement = holds([name, ...columns]) ?? holds([name]) ?? script.statements[0]
  return { script, at: statement?.start ?? 0 }
}

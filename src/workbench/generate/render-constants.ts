import {
  type ManifestConstraint,
  type ManifestTable,
  type SchemaManifest,
  scopedTables,
} from '../../catalog/index.js'
import { docComment, key, literal, literals } from './column-types.js'

/** The constants of a schema: what code would otherwise spell out and get wrong. */
export function renderConstants(
  manifest: SchemaManifest,
  tables: readonly ManifestTable[],
  owners: readonly string[],
): string {
  const { enums, views } = manifest
  const named = (some: readonly { readonly name: string }[]) => some.map(({ name }) => name)
  const of = (kind: ManifestConstraint['kind'], textOf: (one: ManifestConstraint) => string) =>
    entries(tables, ({ constraints }) => {
      const some = constraints.filter((one) => one.kind === kind)
      if (some.length === 0) return undefined
      return `{ ${some.map((one) => `${key(one.name)}: ${textOf(one)}`).join(', ')} }`
    })
  return [
    constant(
      'The values of every enum type, in their order in the database.',
      'enums',
      enums.map(({ name, values }) => `  ${key(name)}: ${literals(values)},`),
    ),
    constant(
      'The names of the constraints of every table, for telling violations apart.',
      'constraintNames',
      entries(tables, ({ constraints }) => literals(named(constraints))),
    ),
    list('The name of every table.', 'tableNames', named(tables)),
    ...(views.length > 0 ? [list('The name of every view.', 'viewNames', named(views))] : []),
    constant(
      'The columns of every table, in their order there.',
      'columnNames',
      entries(tables, ({ columns }) => literals(named(columns))),
    ),
    constant(
      'The columns of the primary key, for every table that has one.',
      'primaryKeys',
      entries(tables, ({ constraints }) => {
        const primary = constraints.find(({ kind }) => kind === 'primary key')
        return primary && literals(primary.columns)
      }),
    ),
    constant(
      'The columns of unique constraints, by table and name.',
      'uniqueConstraints',
      of('unique', ({ columns }) => literals(columns)),
    ),
    constant(
      'What foreign keys refer to, by table and name.',
      'foreignKeys',
      of('foreign key', foreignKey),
    ),
    constant(
      'What CHECK constraints say, by table and name.',
      'checkConstraints',
      of('check', ({ definition }) => literal(definition)),
    ),
    ...(owners.length > 0
      ? [
          constant(
            'The tables whose rows go when a row of the owner is deleted, by ON DELETE CASCADE ' +
              'from\nit or from one of them, by owner.',
            'scopedTables',
            owners.map(
              (owner) => `  ${key(owner)}: ${literals(named(scopedTables({ tables }, owner)))},`,
            ),
          ),
        ]
      : []),
  ].join('\n')
}

function foreignKey({ columns, references, referencedColumns, onDelete }: ManifestConstraint) {
  const parts = [
    `columns: ${literals(columns)}`,
    `references: ${literal(references!)}`,
    `referencedColumns: ${literals(referencedColumns)}`,
    `onDelete: ${literal(onDelete!)}`,
  ]
  return `{ ${parts.join(', ')} }`
}

function entries(
  tables: readonly ManifestTable[],
  textOf: (table: ManifestTable) => string | undefined,
): string[] {
  return tables.flatMap((table) => {
    const value = textOf(table)
    return value === undefined ? [] : [`  ${key(table.name)}: ${value},`]
  })
}

/** How some are used, whatever the schema. The entries of the others are printed. */
const examples: Readonly<Record<string, string>> = {
  enums: 'const [first] = Object.values(enums).flat()',
  constraintNames: 'const names: readonly string[] = Object.values(constraintNames).flat()',
  tableNames: 'const isTable = (name: string) => tableNames.some((one) => one === name)',
  viewNames: 'const isView = (name: string) => viewNames.some((one) => one === name)',
}

function declaration(text: string, name: string, value: string): string {
  const print = `for (const [name, value] of Object.entries(${name})) console.log(name, value)`
  const comment = docComment(text, '', examples[name] ?? print)
  return `${comment}export const ${name} = ${value} as const\n`
}

function constant(text: string, name: string, lines: readonly string[]): string {
  return declaration(text, name, lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n}`)
}

function list(text: string, name: string, names: readonly string[]): string {
  return declaration(text, name, literals(names))
}

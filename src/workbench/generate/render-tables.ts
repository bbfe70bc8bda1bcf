import type {
  ManifestColumn,
  ManifestTable,
  ManifestView,
  SchemaManifest,
} from '../../catalog/index.js'
import { quoteIdentifier } from '../../database/index.js'
import {
  createColumnTypes,
  docComment,
  key,
  literal,
  nameTypes,
  parameters,
  type ValueType,
} from './column-types.js'
import { renderConstants } from './render-constants.js'

/** What differs between the file of our schema and that of anybody's. */
export interface TablesStyle {
  /** What the first line says that the file is made by. */
  readonly command: string
  /** The name of the interface of all tables. */
  readonly root: string
  /** Lines after the first one, instead of definitions of `Column` and `JsonValue`. */
  readonly imports?: readonly string[]
  /** For each, the tables that go with it are listed. */
  readonly owners: readonly string[]
  /** The doc comment of the interface of all tables, after its first sentence. */
  readonly rootDoc?: readonly string[]
}

const definitions = [
  '',
  "/** A column: what it gives, and what it takes. It is Kysely's `ColumnType`, by structure. */",
  'export interface Column<Select, Insert = Select, Update = Insert> {',
  '  readonly __select__: Select',
  '  readonly __insert__: Insert',
  '  readonly __update__: Update',
  '}',
  '',
  '/** What json and jsonb hold. */',
  'export type JsonValue =',
  '  | null',
  '  | boolean',
  '  | number',
  '  | string',
  '  | readonly JsonValue[]',
  '  | { readonly [key: string]: JsonValue }',
]

interface Rendering {
  readonly name: string
  readonly typeName: string
  readonly comment: string
  /** The lines of the columns. */
  readonly members: readonly string[]
  /** Those parameters that are among the types of its columns. */
  readonly used: readonly Parameter[]
}

type Parameter = (typeof parameters)[number]

/** The types and the constants of a schema, as one file of TypeScript without imports of ours. */
export function renderTables(manifest: SchemaManifest, style: TablesStyle): string {
  const { root, owners } = style
  // Queries use the partitioned table, not its partitions.
  const tables = manifest.tables.filter(({ partitionBound }) => partitionBound === null)
  const names = nameTypes(manifest, [root, 'Row'])
  const typeOf = createColumnTypes(manifest, names.enums)
  const render = (
    { name, comment, columns }: ManifestTable | ManifestView,
    typeNames: ReadonlyMap<string, string>,
    members: readonly string[],
  ): Rendering => ({
    name,
    comment,
    members,
    typeName: typeNames.get(name)!,
    used: parametersOf(columns.map(({ type }) => typeOf(type))),
  })
  const renderings = [
    ...tables.map((one) => render(one, names.tables, tableMembers(one, manifest, typeOf))),
    ...manifest.views.map((one) => render(one, names.views, viewMembers(one, typeOf))),
  ]
  const members = renderings.map(
    ({ name, typeName, used }) => `  readonly ${key(name)}: ${typeName}${argumentsOf(used)}\n`,
  )
  const used = parameters.filter((one) => renderings.some((table) => table.used.includes(one)))
  return [
    `// Made by \`${style.command}\` from the catalog of a migrated database. ` +
      'Change a migration instead.',
    ...(style.imports ?? definitions),
    '',
    renderConstants(manifest, tables, owners),
    ...manifest.enums.map(({ name, comment }) => {
      const type = names.enums.get(name)!
      const example = `const all: readonly ${type}[] = enums[${literal(name)}]`
      return (
        `${docComment(comment, '', example)}export type ${type} = ` +
        `(typeof enums)[${literal(name)}][number]\n`
      )
    }),
    ...renderings.map(renderInterface),
    `${rootComment(style, used)}export interface ${root}${declarationOf(used)} {\n${members.join('')}}\n`,
    ...(style.imports ? [] : [rowType(root, used)]),
  ]
    .join('\n')
    .replace(/\n$/, '')
    .concat('\n')
}

/** Names of types are never those of parameters, so that to look for the words is enough. */
function parametersOf(types: readonly ValueType[]): Parameter[] {
  return parameters.filter(({ name }) =>
    types.some(({ select }) => select.split(/\W+/).includes(name)),
  )
}

const declarationOf = (used: readonly Parameter[]) =>
  used.length === 0
    ? ''
    : `<${used.map(({ name, nodePostgres }) => `${name} = ${nodePostgres}`).join(', ')}>`

const argumentsOf = (used: readonly Parameter[]) =>
  used.length === 0 ? '' : `<${used.map(({ name }) => name).join(', ')}>`

function renderInterface({ typeName, comment, members, used }: Rendering): string {
  const declaration = declarationOf(used)
  const body = `{\n${members.join('')}}\n`
  return `${docComment(comment, '')}export interface ${typeName}${declaration} ${body}`
}

function tableMembers(
  table: ManifestTable,
  { domains }: SchemaManifest,
  typeOf: (type: string) => ValueType,
): string[] {
  const filled = new Set(
    domains
      .filter((one) => one.default !== null)
      .flatMap(({ name }) => [name, quoteIdentifier(name)]),
  )
  return table.columns.map((column) => {
    const type = columnType(column, typeOf(column.type), filled.has(column.type))
    return `${docComment(column.comment, '  ')}  readonly ${key(column.name)}: ${type}\n`
  })
}

function columnType(
  { nullable, default: expression, identity, generated }: ManifestColumn,
  { select, insert }: ValueType,
  isFilled: boolean,
): string {
  const orNull = (type: string) => (nullable && type !== 'unknown' ? `${type} | null` : type)
  const read = orNull(select)
  if (identity === 'always' || generated !== null) return `Column<${read}, never>`
  const written = orNull(insert)
  const optional = nullable || expression !== null || identity !== null || isFilled
  if (!optional && written === read) return `Column<${read}>`
  const inserted = optional && written !== 'unknown' ? `${written} | undefined` : written
  return inserted === read && written === read
    ? `Column<${read}>`
    : `Column<${read}, ${inserted}, ${written}>`
}

/** Whether a column of a view may be NULL is in no catalog, and few views can be written to. */
function viewMembers(view: ManifestView, typeOf: (type: string) => ValueType): string[] {
  return view.columns.map(({ name, type }) => {
    const { select } = typeOf(type)
    const read = select === 'unknown' ? select : `${select} | null`
    return `  readonly ${key(name)}: Column<${read}, never>\n`
  })
}

function rootComment({ root, rootDoc }: TablesStyle, used: readonly Parameter[]): string {
  const example = rootDoc ?? [
    `const kysely = new Kysely<${root}>({ dialect: new PostgresDialect({ pool }) })`,
  ]
  const about = used.flatMap(({ name, of, nodePostgres, driftpin }) => [
    '',
    `\`${name}\` is what the driver makes of ${of}: \`${driftpin}\` through the adapters of driftpin,`,
    `and by default \`${nodePostgres}\`, as node-postgres gives it.`,
  ])
  const first = 'Every table, in the form that Kysely takes as its database type.'
  return docComment([first, ...about].join('\n'), '', example.join('\n'))
}

function rowType(root: string, used: readonly Parameter[]): string {
  const values = used.map(({ driftpin }) => driftpin).join(', ')
  const tables = used.length === 0 ? root : `${root}<${values}>`
  return [
    '/** A row of a table, as it comes through the adapters of driftpin. */',
    `export type Row<Name extends keyof ${root}> = {`,
    `  readonly [Key in keyof ${tables}[Name]]: ${tables}[Name][Key] extends {`,
    '    readonly __select__: infer Select',
    '  }',
    '    ? Select',
    '    : never',
    '}',
  ].join('\n')
}

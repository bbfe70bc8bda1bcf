import type { Catalog, CatalogColumn, CatalogTable } from '../src/migrations/read-catalog.ts'

const pascal = (name: string) =>
  name.replace(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase())

/** What a column is when read, and what may be written to it. */
function typesOf({ type }: CatalogColumn, catalog: Catalog): { select: string; insert?: string } {
  if (catalog.enums.some(({ name }) => name === type)) return { select: pascal(type) }
  switch (type) {
    case 'uuid':
    case 'text':
      return { select: 'string' }
    case 'boolean':
      return { select: 'boolean' }
    case 'integer':
      return { select: 'number' }
    case 'double precision':
      return { select: 'number' }
    case 'bigint':
      return { select: 'Int8', insert: 'Int8 | number | bigint | string' }
    case 'bytea':
      return { select: 'Uint8Array' }
    case 'jsonb':
      return { select: 'JsonValue' }
    case 'timestamp with time zone':
      return { select: 'Date', insert: 'Date | string' }
    default:
      throw new Error(`There is no TypeScript type for ${type} in scripts/generate-tables.ts yet.`)
  }
}

function columnType(column: CatalogColumn, catalog: Catalog): string {
  const { select, insert = select } = typesOf(column, catalog)
  const orNull = column.nullable ? ' | null' : ''
  if (column.generated) return `Column<${select}, never>`
  const optional = column.hasDefault || column.nullable ? ' | undefined' : ''
  const written = `${insert}${orNull}`
  if (!optional && insert === select) return `Column<${select}${orNull}>`
  return `Column<${select}${orNull}, ${written}${optional}, ${written}>`
}

const docOf = (comment: string, indent: string) =>
  comment === '' ? '' : `${indent}/** ${comment.replaceAll('*/', '*\\/')} */\n`

function tableOf(table: CatalogTable, catalog: Catalog): string {
  const usesInt8 = table.columns.some(({ type }) => type === 'bigint')
  const columns = table.columns.map(
    (column) =>
      `${docOf(column.comment, '  ')}  readonly ${column.name}: ${columnType(column, catalog)}\n`,
  )
  const parameter = usesInt8 ? '<Int8 = string>' : ''
  return `${docOf(table.comment, '')}export interface ${pascal(table.name)}Table${parameter} {\n${columns.join('')}}\n`
}

/** The text of `src/schema/generated/tables.ts`. */
export function generateTables(catalog: Catalog): string {
  const { tables, enums } = catalog
  const list = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ')
  const members = tables.map((table) => {
    const usesInt8 = table.columns.some(({ type }) => type === 'bigint')
    return `  readonly ${table.name}: ${pascal(table.name)}Table${usesInt8 ? '<Int8>' : ''}\n`
  })
  return [
    '// Made by `npm run generate` from the catalog of a migrated database. Change a migration instead.',
    "import type { Column } from '../column.js'",
    "import type { JsonValue } from '../json.js'",
    '',
    '/** The values of every enum type, in their order in the database. */',
    'export const enums = {',
    ...enums.map(({ name, values }) => `  ${name}: [${list(values)}],`),
    '} as const',
    '',
    ...enums.map(
      ({ name, comment }) =>
        `${docOf(comment, '')}export type ${pascal(name)} = (typeof enums)['${name}'][number]\n`,
    ),
    '/** The names of the constraints of every table, for telling violations apart. */',
    'export const constraintNames = {',
    ...tables.map(
      ({ name, constraints }) => `  ${name}: [${list(constraints.map((one) => one.name))}],`,
    ),
    '} as const',
    '',
    '/** The name of every table. */',
    `export const tableNames = [${list(tables.map(({ name }) => name))}] as const`,
    '',
    ...tables.map((table) => tableOf(table, catalog)),
    '/**',
    ' * Every table, in the form that Kysely takes as its database type.',
    ' *',
    ' * `Int8` is what the driver makes of a bigint: a string with node-postgres as it comes,',
    ' * which is the default, and a `bigint` through the adapters of driftpin.',
    ' *',
    ' * @example',
    ' * ```ts',
    " * import type { DriftpinTables } from 'driftpin'",
    ' * const kysely = new Kysely<DriftpinTables>({ dialect: new PostgresDialect({ pool }) })',
    " * const titles = await kysely.selectFrom('chats').select('title').execute()",
    ' * ```',
    ' */',
    'export interface DriftpinTables<Int8 = string> {',
    `${members.join('')}}`,
    '',
  ].join('\n')
}

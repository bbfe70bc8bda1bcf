import type { ManifestColumn, ManifestTable } from '../../catalog/index.js'
import { addUnsupported } from './add-unsupported.js'
import { NotExpressed } from './not-expressed.js'
import { type PrismaContext, prismaString } from './prisma-context.js'
import { nameAttributes, prismaComment, prismaModel } from './prisma-model.js'
import { prismaRelations } from './prisma-relations.js'
import type { TargetCatalog } from './target-catalog.js'
import { camelName, freeName, pascalName } from './target-names.js'

/** Names that Prisma uses itself. */
const takenNames = [
  ...['PrismaClient', 'Prisma', 'String', 'Boolean', 'Int', 'BigInt', 'Float', 'Decimal'],
  ...['DateTime', 'Json', 'Bytes', 'Unsupported'],
]

/** Models of Prisma for all tables and enums. */
export function renderPrisma(catalog: TargetCatalog, command: string): string {
  const { manifest, split } = catalog
  const notExpressed = new NotExpressed()
  addUnsupported(catalog, notExpressed)
  const enums = manifest.enums.filter(({ values }) => values.length > 0)
  // A model has at least one field.
  const tables = catalog.tables.filter(({ columns }) => columns.length > 0)
  const used = new Set(takenNames)
  const nameAll = (objects: readonly { readonly name: string }[], prefix: string) =>
    new Map(objects.map(({ name }) => [name, freeName(pascalName(split(name).name, prefix), used)]))
  const taken = new Map(tables.map(({ name }) => [name, new Set<string>()]))
  const schemas = new Set([...tables, ...enums].map(({ name }) => split(name).schema))
  const context: PrismaContext = {
    ...{ catalog, notExpressed, models: nameAll(tables, 'table'), enums: nameAll(enums, 'enum') },
    withSchemas: [...schemas].some((schema) => schema !== 'public'),
    values: new Map(enums.map(({ name, values }) => [name, valueNames(values)])),
    fields: new Map(
      tables.map(({ name, columns }) => [
        name,
        new Map(
          columns.map((column) => [
            column.name,
            freeName(camelName(column.name, 'column'), taken.get(name)!),
          ]),
        ),
      ]),
    ),
  }
  const relations = prismaRelations(context, taken)
  addLeftOut(catalog, notExpressed)
  const models = tables.map((table) => prismaModel(table, relations, context))
  const enumTexts = enums.map((one) => {
    const name = context.enums.get(one.name)!
    const values = [...context.values.get(one.name)!].map(([value, field]) =>
      value === field ? `  ${field}\n` : `  ${field} @map(${prismaString(value)})\n`,
    )
    const attributes = nameAttributes(one.name, name, context).map((text) => `  ${text}\n`)
    const block = attributes.length === 0 ? '' : `\n${attributes.join('')}`
    return `${prismaComment(one.comment)}enum ${name} {\n${values.join('')}${block}}\n`
  })
  const body = [...models, ...enumTexts].join('\n')
  const needs = [
    'Keep `datasource` and `generator` in another file beside this one.',
    ...(context.withSchemas
      ? [`The datasource needs schemas = [${[...schemas].sort().map(prismaString).join(', ')}].`]
      : []),
    ...(body.includes(', where: raw(')
      ? ['The generator needs previewFeatures = ["partialIndexes"].']
      : []),
  ]
  const head = [
    `Made by \`${command}\` from the catalog of a migrated database. Change a migration instead.`,
    '',
    ...needs,
    '',
    ...notExpressed.lines('Prisma'),
  ]
  return `${head.map((line) => `// ${line}`.trimEnd()).join('\n')}\n\n${body}`
    .trimEnd()
    .concat('\n')
}

/** The names of the values of an enum in Prisma. */
function valueNames(values: readonly string[]): Map<string, string> {
  const isName = (value: string) => /^[A-Za-z]\w*$/.test(value)
  const used = new Set(values.filter(isName))
  return new Map(
    values.map((value) => [
      value,
      isName(value) ? value : freeName(camelName(value, 'value'), used),
    ]),
  )
}

/** What Prisma cannot express and another target can. */
function addLeftOut(catalog: TargetCatalog, notExpressed: NotExpressed): void {
  const { manifest, tables } = catalog
  for (const { name } of manifest.views) notExpressed.add('views', name)
  for (const table of tables) {
    const { name, columns, constraints, rowSecurity } = table
    if (columns.length === 0) notExpressed.add('tables without columns', name)
    if (rowSecurity !== 'off') notExpressed.add('ROW LEVEL SECURITY', name)
    for (const column of columns) addColumn(column, table, catalog, notExpressed)
    for (const key of constraints.filter(({ kind }) => kind === 'unique')) {
      notExpressed.add('UNIQUE constraints, shown like unique indexes', `${key.name} of ${name}`)
    }
  }
}

function addColumn(
  column: ManifestColumn,
  table: ManifestTable,
  catalog: TargetCatalog,
  notExpressed: NotExpressed,
): void {
  const { identity, generated, nullable, default: expression } = column
  const { isArray, domain } = catalog.typeOf(column.type)
  const title = `${table.name}.${column.name}`
  if (identity !== null) notExpressed.add('IDENTITY, shown as autoincrement()', title)
  if (expression?.startsWith('nextval(') && !catalog.isSerial(table, column)) {
    notExpressed.add('the sequence of a default, shown as autoincrement()', title)
  }
  if (generated !== null) notExpressed.add('GENERATED, shown as a default', title)
  if (isArray && !nullable) notExpressed.add('NOT NULL of an array', title)
  if (domain && catalog.typeOf(domain.type).domain === undefined && !isArray) {
    notExpressed.add('domains of columns, shown as the types below them', title)
  }
}

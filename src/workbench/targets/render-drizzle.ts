import type { ManifestTable, ManifestView } from '../../catalog/index.js'
import { docComment, key, literal, literals } from '../generate/column-types.js'
import { addUnsupported } from './add-unsupported.js'
import { drizzleType } from './drizzle-columns.js'
import { type DrizzleContext, sqlTemplate } from './drizzle-context.js'
import { drizzleTable } from './drizzle-table.js'
import { NotExpressed } from './not-expressed.js'
import type { TargetCatalog, TargetType } from './target-catalog.js'
import { camelName, freeName, upperFirst } from './target-names.js'

/** Names that an export of the file cannot have: words of JavaScript, and what the file uses. */
const takenNames = `
  arguments await break case catch class const continue debugger default delete do else enum eval
  export extends false finally for function if implements import in instanceof interface let new null
  package private protected public return static super switch this throw true try typeof undefined
  var void while with yield
  bigint bigserial boolean char check cidr customType date doublePrecision foreignKey index inet
  integer interval json jsonb line macaddr macaddr8 numeric pgEnum pgMaterializedView pgSchema
  pgTable pgView point primaryKey real serial smallint smallserial sql t text time
  timestamp unique uniqueIndex uuid varchar`
  .trim()
  .split(/\s+/)

/** Properties that a table of Drizzle has, and that a column would replace. */
const takenProperties = `constructor enableRLS getSQL hasOwnProperty shouldOmitSQLParens toString
  valueOf`.split(/\s+/)

/** A Drizzle schema of all tables, enums and views, as one file of TypeScript. */
export function renderDrizzle(catalog: TargetCatalog, command: string): string {
  const { manifest, tables, split } = catalog
  const notExpressed = new NotExpressed()
  addUnsupported(catalog, notExpressed)
  const used = new Set(takenNames)
  const nameAll = (names: readonly string[], prefix: string) =>
    new Map(names.map((name) => [name, freeName(camelName(name, prefix), used)]))
  const enums = manifest.enums.filter(({ values }) => values.length > 0)
  const objects = [...enums, ...tables, ...manifest.views].map(({ name }) => name)
  const schemas = new Set(objects.map((name) => split(name).schema))
  schemas.delete('public')
  const schemaNames = nameAll([...schemas].sort(), 'schema')
  const names = nameAll(objects, 'object')
  const imports = new Set<string>(schemas.size > 0 ? ['pgSchema'] : [])
  const customTypes = createCustomTypes(catalog, used, imports)
  const context: DrizzleContext = {
    ...{ catalog, notExpressed, imports, names, customType: customTypes.nameOf },
    properties: new Map([...tables, ...manifest.views].map((one) => [one.name, propertiesOf(one)])),
    reaches: createReaches(tables),
  }
  /** The start of a declaration. A schema creates its objects; the package those of public. */
  const declare = (kind: string, { name: title, comment }: { name: string; comment: string }) => {
    const { schema, name } = split(title)
    const ofPackage = `pg${upperFirst(kind)}`
    if (schema === 'public') imports.add(ofPackage)
    const create = schema === 'public' ? ofPackage : `${schemaNames.get(schema)!}.${kind}`
    const start = `${docComment(comment, '')}export const ${names.get(title)!} = `
    return `${start}${create}(${literal(name)}, `
  }
  const declarations = [
    ...enums.map((one) => `${declare('enum', one)}${literals(one.values)})\n`),
    ...tables.map((one) => declare('table', one) + drizzleTable(one, context)),
    ...manifest.views.map(
      (one) => declare(one.materialized ? 'materializedView' : 'view', one) + viewOf(one, context),
    ),
  ]
  const schemaTexts = [...schemaNames].map(
    ([schema, name]) => `export const ${name} = pgSchema(${literal(schema)})\n`,
  )
  const body = [...schemaTexts, ...customTypes.texts, ...declarations].join('\n')
  const imported = [...imports].sort().map((name) => `  ${name},\n`)
  const head = [
    `// Made by \`${command}\` from the catalog of a migrated database. Change a migration instead.`,
    '//',
    ...notExpressed.lines('Drizzle').map((line) => `// ${line}`),
    '',
    ...(body.includes('sql`') ? ["import { sql } from 'drizzle-orm'"] : []),
    ...(imports.size > 0 ? [`import {\n${imported.join('')}} from 'drizzle-orm/pg-core'`] : []),
  ]
  // A file without imports and exports would be a script.
  return `${head.join('\n')}\n\n${body === '' ? 'export {}\n' : body}`
}

/** The properties of the columns, by the names of the columns. */
function propertiesOf({ columns }: Pick<ManifestTable | ManifestView, 'columns'>) {
  const used = new Set(takenProperties)
  return new Map(columns.map(({ name }) => [name, freeName(camelName(name, 'column'), used)]))
}

/** Whether foreign keys lead from one table to another one, directly or through others. */
function createReaches(tables: readonly ManifestTable[]): DrizzleContext['reaches'] {
  const keys = new Map(tables.map(({ name, constraints }) => [name, constraints]))
  return (from, to) => {
    const seen = new Set([from])
    for (const one of seen) {
      for (const { references } of keys.get(one) ?? []) if (references) seen.add(references)
    }
    return seen.has(to)
  }
}

/** The types that are not read as text: Drizzle lets drivers return dates and times as text. */
const driverTypes: Readonly<Record<string, string>> = {
  ...{ boolean: 'boolean', smallint: 'number', integer: 'number', oid: 'number', real: 'number' },
  ...{ 'double precision': 'number', bytea: 'Uint8Array', json: 'unknown', jsonb: 'unknown' },
  ...{ circle: 'unknown', point: 'unknown' },
}

/** One custom type for each type that Drizzle has no function for. */
function createCustomTypes({ typeOf }: TargetCatalog, used: Set<string>, imports: Set<string>) {
  const names = new Map<string, string>()
  const texts: string[] = []
  const dataOf = ({ name, domain, isArray }: TargetType): string => {
    if (isArray) return 'unknown'
    if (domain) return dataOf(typeOf(domain.type))
    return Object.hasOwn(driverTypes, name) ? driverTypes[name]! : 'string'
  }
  const nameOf = (type: TargetType): string => {
    const { text } = type
    const name = names.get(text) ?? freeName(camelName(`${text} column`, 'type'), used)
    if (names.has(text)) return name
    names.set(text, name)
    imports.add('customType')
    // drizzle-kit adds the quotes that a name needs.
    const unquoted = /^"(.*)"$/s.exec(text)?.[1]?.replaceAll('""', '"') ?? text
    const data = dataOf({ ...type, isArray: false })
    texts.push(
      `const ${name} = customType<{ data: ${data} }>({\n  dataType: () => ${literal(unquoted)},\n})\n`,
    )
    return name
  }
  return { texts, nameOf }
}

function viewOf({ name, columns, definition }: ManifestView, context: DrizzleContext): string {
  const lines = columns.map((column) => {
    const property = key(context.properties.get(name)!.get(column.name)!)
    const type = context.catalog.typeOf(column.type)
    return `  ${property}: ${drizzleType(column.name, type, context)},\n`
  })
  return `{\n${lines.join('')}}).as(${sqlTemplate(definition.trim().replace(/;$/, ''))})\n`
}

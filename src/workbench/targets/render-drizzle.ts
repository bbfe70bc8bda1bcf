import type { ManifestTable, ManifestView } from '../../catalog/index.js'
import { docComment, key, literal, literals } from '../generate/column-types.js'
import { addUnsupported } from './add-unsupported.js'
import { drizzleType, sqlTemplate } from './drizzle-columns.js'
import { type DrizzleContext, drizzleTable } from './drizzle-table.js'
import { NotExpressed } from './not-expressed.js'
import type { TargetCatalog, TargetType } from './target-catalog.js'
import { camelName, freeName } from './target-names.js'

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
  const nameAll = (objects: readonly { readonly name: string }[], prefix: string) =>
    new Map(objects.map(({ name }) => [name, freeName(camelName(name, prefix), used)] as const))
  const enums = manifest.enums.filter(({ values }) => values.length > 0)
  const names = {
    schemas: nameAll(schemasOf(catalog, [...tables, ...manifest.views, ...enums]), 'schema'),
    tables: nameAll(tables, 'table'),
    views: nameAll(manifest.views, 'view'),
    enums: nameAll(enums, 'enum'),
  }
  const imports = new Set<string>()
  const customTypes = createCustomTypes(catalog, used)
  const context: DrizzleContext = {
    ...{ catalog, notExpressed, imports, reaches: createReaches(tables) },
    ...{ tables: names.tables, enums: names.enums, customType: customTypes.nameOf },
    properties: new Map([...tables, ...manifest.views].map((one) => [one.name, propertiesOf(one)])),
  }
  /** The function that creates an object: one of its schema, or of the package for public. */
  const creator = (objectName: string, kind: string, ofPackage: string) => {
    const { schema } = split(objectName)
    if (schema !== 'public') return `${names.schemas.get(schema)!}.${kind}`
    imports.add(ofPackage)
    return ofPackage
  }
  const declarations = [
    ...enums.map(
      ({ name, values, comment }) =>
        `${docComment(comment, '')}export const ${names.enums.get(name)!} = ` +
        `${creator(name, 'enum', 'pgEnum')}(${literal(split(name).name)}, ${literals(values)})\n`,
    ),
    ...tables.map((one) => drizzleTable(one, creator(one.name, 'table', 'pgTable'), context)),
    ...manifest.views.map((one) => {
      const [kind, ofPackage] = one.materialized
        ? ['materializedView', 'pgMaterializedView']
        : ['view', 'pgView']
      return drizzleView(
        one,
        names.views.get(one.name)!,
        creator(one.name, kind!, ofPackage!),
        context,
      )
    }),
  ]
  const schemas = [...names.schemas].map(([schema, name]) => {
    imports.add('pgSchema')
    return `export const ${name} = pgSchema(${literal(schema)})\n`
  })
  return fileText(command, notExpressed, imports, [
    ...schemas,
    ...customTypes.texts(imports),
    ...declarations,
  ])
}

function fileText(
  command: string,
  notExpressed: NotExpressed,
  imports: ReadonlySet<string>,
  declarations: readonly string[],
): string {
  const body = declarations.join('\n')
  const names = [...imports].sort().map((name) => `  ${name},\n`)
  const head = [
    `// Made by \`${command}\` from the catalog of a migrated database. Change a migration instead.`,
    '//',
    ...notExpressed.lines('Drizzle').map((line) => `// ${line}`),
    '',
    ...(body.includes('sql`') ? ["import { sql } from 'drizzle-orm'"] : []),
    ...(imports.size > 0 ? [`import {\n${names.join('')}} from 'drizzle-orm/pg-core'`] : []),
  ]
  // A file without imports and exports would be a script.
  return `${head.join('\n')}\n\n${body === '' ? 'export {}\n' : body}`
}

function schemasOf({ split }: TargetCatalog, objects: readonly { readonly name: string }[]) {
  const names = new Set(objects.map(({ name }) => split(name).schema))
  names.delete('public')
  return [...names].sort().map((name) => ({ name }))
}

/** The properties of the columns, by the names of the columns. */
function propertiesOf({ columns }: Pick<ManifestTable | ManifestView, 'columns'>) {
  const used = new Set(takenProperties)
  return new Map(columns.map(({ name }) => [name, freeName(camelName(name, 'column'), used)]))
}

/** Whether foreign keys lead from one table to another one, directly or through others. */
function createReaches(tables: readonly ManifestTable[]): DrizzleContext['reaches'] {
  const next = new Map(
    tables.map(({ name, constraints }) => [
      name,
      constraints.flatMap(({ references }) => references ?? []),
    ]),
  )
  return (from, to) => {
    const seen = new Set([from])
    for (const one of seen) {
      if (one === to) return true
      for (const each of next.get(one) ?? []) seen.add(each)
    }
    return false
  }
}

/** The types in TypeScript of values that Drizzle passes on as the driver returns them. */
const driverTypes: Readonly<Record<string, string>> = {
  ...{ boolean: 'boolean', smallint: 'number', integer: 'number', oid: 'number', real: 'number' },
  ...{ 'double precision': 'number', bytea: 'Uint8Array', json: 'unknown', jsonb: 'unknown' },
  ...{ circle: 'unknown', point: 'unknown', interval: 'unknown', date: 'unknown' },
  ...{ 'timestamp with time zone': 'Date', 'timestamp without time zone': 'unknown' },
}

/** One custom type for each type that Drizzle has no function for. */
function createCustomTypes({ typeOf }: TargetCatalog, used: Set<string>) {
  const names = new Map<string, { readonly name: string; readonly data: string }>()
  const dataOf = ({ name, domain }: TargetType): string => {
    if (domain === undefined)
      return Object.hasOwn(driverTypes, name) ? driverTypes[name]! : 'string'
    const base = typeOf(domain.type)
    return base.isArray ? 'unknown' : dataOf(base)
  }
  return {
    nameOf: (type: TargetType): string => {
      const found = names.get(type.text)
      if (found) return found.name
      const name = freeName(camelName(`${type.text} column`, 'type'), used)
      names.set(type.text, { name, data: dataOf(type) })
      return name
    },
    texts: (imports: Set<string>): string[] =>
      [...names].map(([text, { name, data }]) => {
        imports.add('customType')
        // drizzle-kit adds the quotes that a name needs.
        const unquoted = /^"(.*)"$/s.exec(text)?.[1]?.replaceAll('""', '"') ?? text
        return (
          `const ${name} = customType<{ data: ${data} }>({\n` +
          `  dataType: () => ${literal(unquoted)},\n})\n`
        )
      }),
  }
}

function drizzleView(
  view: ManifestView,
  name: string,
  creator: string,
  context: DrizzleContext,
): string {
  const { catalog, properties } = context
  const columns = view.columns.map(({ name: column, type }) => {
    const property = key(properties.get(view.name)!.get(column)!)
    return `  ${property}: ${drizzleType(column, catalog.typeOf(type), context)},\n`
  })
  const query = view.definition.trim().replace(/;$/, '')
  return (
    `${docComment(view.comment, '')}export const ${name} = ${creator}(` +
    `${literal(catalog.split(view.name).name)}, {\n${columns.join('')}}).as(${sqlTemplate(query)})\n`
  )
}

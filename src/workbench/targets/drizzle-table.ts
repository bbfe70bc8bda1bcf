import type { ManifestConstraint, ManifestIndex, ManifestTable } from '../../catalog/index.js'
import { docComment, key, literal } from '../generate/column-types.js'
import { type DrizzleNames, drizzleColumn, sqlTemplate } from './drizzle-columns.js'
import type { NotExpressed } from './not-expressed.js'
import { firstGroup, withoutParentheses } from './sql-text.js'
import { foreignKeyParts, type IndexKey, indexParts, type TargetCatalog } from './target-catalog.js'

/** What the rendering of one table needs to know about the whole schema. */
export interface DrizzleContext extends DrizzleNames {
  readonly catalog: TargetCatalog
  readonly notExpressed: NotExpressed
  /** The exports for tables, and the properties of their columns, by the names of both. */
  readonly tables: ReadonlyMap<string, string>
  readonly properties: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Whether the keys of one table lead to the other one. */
  readonly reaches: (from: string, to: string) => boolean
}

/** A table as an export of a Drizzle schema. */
export function drizzleTable(
  table: ManifestTable,
  creator: string,
  context: DrizzleContext,
): string {
  const { catalog, tables, properties } = context
  const ownProperties = properties.get(table.name)!
  const columns = table.columns.map((column) => {
    const text = drizzleColumn(table, column, catalog, context)
    const name = key(ownProperties.get(column.name)!)
    return `${docComment(column.comment, '  ')}  ${name}: ${text},\n`
  })
  const extras = [
    ...table.constraints.map((one) => constraintText(one, table, context)),
    ...catalog.indexesOf(table).map((one) => indexText(one, table, context)),
  ].filter((text) => text !== undefined)
  const { name } = catalog.split(table.name)
  const rowSecurity = table.rowSecurity === 'off' ? '' : '.enableRLS()'
  const parameter = extras.some((text) => /\bt[.[]/.test(text)) ? 't' : ''
  const extra = extras.map((text) => `  ${text},\n`).join('')
  return (
    `${docComment(table.comment, '')}export const ${tables.get(table.name)!} = ` +
    `${creator}(${literal(name)}, {\n${columns.join('')}}` +
    `${extras.length > 0 ? `, (${parameter}) => [\n${extra}]` : ''})${rowSecurity}\n`
  )
}

type Parts = (context: DrizzleContext, table: string, columns: readonly string[]) => string

const propertiesOf: Parts = ({ properties }, table, columns) =>
  columns.map((column) => member('t', properties.get(table)!.get(column)!)).join(', ')

const member = (object: string, property: string) =>
  /^[A-Za-z_]\w*$/.test(property) ? `${object}.${property}` : `${object}[${literal(property)}]`

function constraintText(
  constraint: ManifestConstraint,
  table: ManifestTable,
  context: DrizzleContext,
): string | undefined {
  const { imports, notExpressed, catalog } = context
  const { kind, name, columns, definition } = constraint
  const own = () => propertiesOf(context, table.name, columns)
  if (kind === 'exclusion') return undefined
  if (kind === 'foreign key') return foreignKeyText(constraint, table, context)
  if (kind === 'check') {
    imports.add('check')
    const { inside } = firstGroup(definition)
    return `check(${literal(name)}, ${sqlTemplate(withoutParentheses(inside))})`
  }
  if (kind === 'unique') {
    imports.add('unique')
    const nulls = definition.startsWith('UNIQUE NULLS NOT DISTINCT') ? '.nullsNotDistinct()' : ''
    return `unique(${literal(name)}).on(${own()})${nulls}`
  }
  if (columns.length === 1) {
    const usual = `${catalog.split(table.name).name}_pkey`
    const title = `${name} of ${table.name}`
    if (name !== usual) notExpressed.add('the names of primary keys of one column', title)
    return undefined
  }
  imports.add('primaryKey')
  return `primaryKey({ name: ${literal(name)}, columns: [${own()}] })`
}

function foreignKeyText(
  constraint: ManifestConstraint,
  table: ManifestTable,
  context: DrizzleContext,
): string | undefined {
  const { imports, notExpressed, tables, properties, reaches } = context
  const { references, onDelete, onUpdate } = foreignKeyParts(constraint)
  const { name, columns, referencedColumns } = constraint
  const target = tables.get(references)
  if (target === undefined) {
    notExpressed.add('foreign keys to a partition', `${name} of ${table.name}`)
    return undefined
  }
  imports.add('foreignKey')
  const own = propertiesOf(context, table.name, columns)
  const object = references === table.name ? 't' : target
  const others = referencedColumns
    .map((column) => member(object, properties.get(references)!.get(column)!))
    .join(', ')
  // The compiler infers no type for two tables that refer to each other: one key needs a type.
  const isCycle = references !== table.name && reaches(references, table.name)
  if (isCycle) imports.add('type AnyPgColumn')
  const types = referencedColumns.map(() => 'AnyPgColumn').join(', ')
  const foreign = isCycle ? `((): [${types}] => [${others}])()` : `[${others}]`
  return (
    `foreignKey({ name: ${literal(name)}, columns: [${own}], foreignColumns: ${foreign} })` +
    (onDelete === 'no action' ? '' : `.onDelete('${onDelete}')`) +
    (onUpdate === 'no action' ? '' : `.onUpdate('${onUpdate}')`)
  )
}

function indexText(index: ManifestIndex, table: ManifestTable, context: DrizzleContext): string {
  const { imports, properties } = context
  const { name, unique, method, condition } = index
  const { keys } = indexParts(index)
  const functionName = unique ? 'uniqueIndex' : 'index'
  imports.add(functionName)
  // drizzle-kit reads every key of an index as an expression if one of them is.
  const hasExpression = keys.some(({ column }) => column === undefined)
  const texts = keys.map((one) =>
    hasExpression ? sqlTemplate(one.sql) : keyText(one, properties.get(table.name)!),
  )
  return (
    `${functionName}(${literal(name)})` +
    (method === 'btree' ? '.on(' : `.using(${literal(method)}, `) +
    `${texts.join(', ')})` +
    (condition === null ? '' : `.where(${sqlTemplate(condition)})`)
  )
}

function keyText(one: IndexKey, properties: ReadonlyMap<string, string>): string {
  if (one.collation !== undefined) return sqlTemplate(one.sql)
  return [
    member('t', properties.get(one.column!)!),
    one.isDescending && '.desc()',
    one.nullsFirst && '.nullsFirst()',
    one.operatorClass !== undefined && `.op(${literal(one.operatorClass)})`,
  ]
    .filter(Boolean)
    .join('')
}

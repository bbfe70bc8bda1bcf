import type { ManifestConstraint, ManifestIndex, ManifestTable } from '../../catalog/index.js'
import { docComment, key, literal } from '../generate/column-types.js'
import { drizzleColumn } from './drizzle-columns.js'
import { type DrizzleContext, sqlTemplate } from './drizzle-context.js'
import { firstGroup, withoutParentheses } from './sql-text.js'
import { foreignKeyParts, type IndexKey, indexParts } from './target-catalog.js'

/** The columns of a table and what comes after them in the declaration. */
export function drizzleTable(table: ManifestTable, context: DrizzleContext): string {
  const ownProperties = context.properties.get(table.name)!
  const columns = table.columns.map((column) => {
    const name = key(ownProperties.get(column.name)!)
    return `${docComment(column.comment, '  ')}  ${name}: ${drizzleColumn(table, column, context)},\n`
  })
  const extras = [
    ...table.constraints.map((one) => constraintText(one, table, context)),
    ...context.catalog.indexesOf(table).map((one) => indexText(one, table, context)),
  ].filter((text) => text !== undefined)
  const parameter = extras.some((text) => /\bt[.[]/.test(text)) ? 't' : ''
  const lines = extras.map((text) => `  ${text},\n`).join('')
  const extra = extras.length > 0 ? `, (${parameter}) => [\n${lines}]` : ''
  return `{\n${columns.join('')}}${extra})${table.rowSecurity === 'off' ? '' : '.enableRLS()'}\n`
}

/** The columns of a table as members of an object, such as `t.chatId, t.id`. */
const members = (
  object: string,
  table: string,
  columns: readonly string[],
  { properties }: DrizzleContext,
) => columns.map((column) => member(object, properties.get(table)!.get(column)!)).join(', ')

const member = (object: string, property: string) =>
  /^[A-Za-z_]\w*$/.test(property) ? `${object}.${property}` : `${object}[${literal(property)}]`

function constraintText(
  constraint: ManifestConstraint,
  table: ManifestTable,
  context: DrizzleContext,
): string | undefined {
  const { imports, notExpressed, catalog } = context
  const { kind, name, columns, definition } = constraint
  const own = () => members('t', table.name, columns, context)
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
  const { imports, notExpressed, names, reaches } = context
  const { references, onDelete, onUpdate } = foreignKeyParts(constraint)
  const { name, columns, referencedColumns } = constraint
  const target = names.get(references)
  if (target === undefined) {
    notExpressed.add('foreign keys to a partition', `${name} of ${table.name}`)
    return undefined
  }
  imports.add('foreignKey')
  const own = members('t', table.name, columns, context)
  const object = references === table.name ? 't' : target
  const others = members(object, references, referencedColumns, context)
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

import type { ManifestColumn, ManifestTable, SchemaManifest } from '../schema/index.js'

/** One thing of a schema, in words like those of SQL: two that are alike have the same. */
export interface ManifestEntry {
  readonly text: string
  /** The table that it goes with. */
  readonly table: string | undefined
  /** Whether this is the query of a view, which PostgreSQL prints from what it parsed. */
  readonly isQuery: boolean
}

/**
 * Everything in a manifest by what a person would call it, such as `column chats.title`. Comments
 * are not in it, nor what nothing can rely on: the order of columns, and the name of the sequence
 * behind an identity.
 */
export function manifestEntries(manifest: SchemaManifest): Map<string, ManifestEntry> {
  const entries = new Map<string, ManifestEntry>()
  const add = (object: string, text: string, table?: string, isQuery = false) =>
    entries.set(object, { text, table, isQuery })
  for (const table of manifest.tables) addTable(table, add)
  for (const { name, materialized, columns, definition, indexes, triggers } of manifest.views) {
    const kind = materialized ? 'materialized view' : 'view'
    const list = columns.map((column) => `${column.name} ${column.type}`).join(', ')
    add(`${kind} ${name}`, `(${list}) AS ${definition.trim()}`, undefined, true)
    for (const one of indexes) add(`index ${one.name}`, one.definition, name)
    for (const one of triggers) add(`trigger ${one.name} of ${name}`, one.definition, name)
  }
  const identities = new Set(
    manifest.tables.flatMap(({ name, columns }) =>
      columns.filter(({ identity }) => identity).map((column) => `${name}.${column.name}`),
    ),
  )
  for (const { name, definition, ownedBy } of manifest.sequences) {
    if (ownedBy !== null && identities.has(ownedBy)) add(`sequence of ${ownedBy}`, definition)
    else add(`sequence ${name}`, `${definition}${ownedBy === null ? '' : ` OWNED BY ${ownedBy}`}`)
  }
  for (const { name, values } of manifest.enums) {
    add(`type ${name}`, `ENUM (${values.map((value) => `'${value}'`).join(', ')})`)
  }
  for (const { constraints, name, ...domain } of manifest.domains) {
    const checks = constraints.map((one) => ` CONSTRAINT ${one.name} ${one.definition}`)
    const column = { name, identity: null, generated: null, comment: '' }
    add(`domain ${name}`, `${columnText({ ...column, ...domain })}${checks.join('')}`)
  }
  for (const { name, attributes } of manifest.composites) {
    add(`type ${name}`, `(${attributes.map((one) => `${one.name} ${one.type}`).join(', ')})`)
  }
  for (const { name, type } of manifest.ranges) add(`type ${name}`, `RANGE (SUBTYPE = ${type})`)
  for (const { kind, name, arguments: types, definition } of manifest.functions) {
    add(`${kind} ${name}(${types})`, definition.trim())
  }
  for (const name of manifest.extensions) add(`extension ${name}`, 'installed')
  return entries
}

function addTable(table: ManifestTable, add: (object: string, text: string, of?: string) => void) {
  const { name } = table
  add(`table ${name}`, tableText(table))
  for (const column of table.columns) add(`column ${name}.${column.name}`, columnText(column), name)
  for (const one of table.constraints) {
    add(`constraint ${one.name} of ${name}`, one.definition, name)
  }
  const constraints = new Set(table.constraints.map((one) => one.name))
  for (const one of table.indexes) {
    // The index behind a constraint is told by that.
    if (constraints.has(one.name)) continue
    add(`index ${one.name}`, `${one.definition}${one.valid ? '' : ' (not valid)'}`, name)
  }
  for (const one of table.triggers) add(`trigger ${one.name} of ${name}`, one.definition, name)
  for (const one of table.policies) add(`policy ${one.name} of ${name}`, one.definition, name)
  for (const one of table.rules) add(`rule ${one.name} of ${name}`, one.definition, name)
}

function tableText(table: ManifestTable): string {
  const { kind, unlogged, partitionKey, partitionBound, parents, rowSecurity } = table
  const words = [
    unlogged ? 'UNLOGGED' : '',
    kind.toUpperCase(),
    partitionKey === null ? '' : `BY ${partitionKey}`,
    parents.length === 0
      ? ''
      : `${partitionBound === null ? 'INHERITS' : 'PARTITION OF'} ${parents.join(', ')}`,
    partitionBound ?? '',
    rowSecurity === 'off' ? '' : 'WITH ROW LEVEL SECURITY',
    rowSecurity === 'forced' ? 'FORCED' : '',
  ]
  return words.filter((word) => word !== '').join(' ')
}

/** A column as it would stand in CREATE TABLE, without its name. */
export function columnText(column: ManifestColumn): string {
  const { type, collation, identity, generated, nullable, default: expression } = column
  const words = [
    type,
    collation === null ? '' : `COLLATE ${collation}`,
    expression === null ? '' : `DEFAULT ${expression}`,
    identity === null ? '' : `GENERATED ${identity.toUpperCase()} AS IDENTITY`,
    generated === null ? '' : `GENERATED ALWAYS AS (${generated.replace(/ (\w+)$/, ') $1')}`,
    nullable ? '' : 'NOT NULL',
  ]
  return words.filter((word) => word !== '').join(' ')
}

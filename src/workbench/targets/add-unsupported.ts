import type { ManifestTable } from '../../catalog/index.js'
import type { NotExpressed } from './not-expressed.js'
import type { TargetCatalog } from './target-catalog.js'

/** Adds the objects and properties that no target can express. */
export function addUnsupported({ manifest }: TargetCatalog, notExpressed: NotExpressed): void {
  const { extensions, functions, views, tables } = manifest
  const addAll = (what: string, objects: readonly { readonly name: string }[], of?: string) => {
    for (const { name } of objects) {
      notExpressed.add(what, of === undefined ? name : `${name} of ${of}`)
    }
  }
  for (const name of extensions) notExpressed.add('extensions', name)
  addAll('functions, procedures and aggregates', functions)
  addAll('domains, except as the type of a column', manifest.domains)
  addAll('composite types, except as the type of a column', manifest.composites)
  addAll('range types, except as the type of a column', manifest.ranges)
  addAll(
    'enums without values',
    manifest.enums.filter(({ values }) => values.length === 0),
  )
  for (const view of views) {
    addAll('indexes of views', view.indexes, view.name)
    addAll('triggers', view.triggers, view.name)
    if (view.options.length > 0) notExpressed.add('options of views', view.name)
  }
  for (const table of tables) {
    addAll('triggers', table.triggers, table.name)
    addAll('rules', table.rules, table.name)
    addAll('row security policies', table.policies, table.name)
    addTable(table, notExpressed)
  }
}

function addTable(table: ManifestTable, notExpressed: NotExpressed): void {
  const { name, kind, unlogged, parents, partitionBound, partitionKey, rowSecurity } = table
  if (unlogged) notExpressed.add('UNLOGGED', name)
  if (kind === 'foreign table') notExpressed.add('the server of a foreign table', name)
  if (partitionBound !== null) notExpressed.add('partitions', name)
  else if (parents.length > 0) notExpressed.add('inheritance', name)
  if (partitionKey !== null) notExpressed.add('PARTITION BY', name)
  if (rowSecurity === 'forced') notExpressed.add('FORCE ROW LEVEL SECURITY', name)
  for (const column of table.columns) {
    const title = `${name}.${column.name}`
    if (column.collation !== null) notExpressed.add('collations of columns', title)
    if (column.type.startsWith('"char"')) notExpressed.add('the type "char"', title)
    if (column.generated?.endsWith(' VIRTUAL')) notExpressed.add('VIRTUAL', title)
  }
}

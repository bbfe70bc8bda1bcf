import type { ManifestIndex, ManifestTable } from '../../catalog/index.js'
import type { NotExpressed } from './not-expressed.js'
import { firstGroup } from './sql-text.js'
import { foreignKeyParts, indexParts, type TargetCatalog } from './target-catalog.js'

/** What PostgreSQL makes for `serial` and for an identity. */
const usualSequence =
  /^AS \w+ INCREMENT 1 MINVALUE 1 MAXVALUE (32767|2147483647|9223372036854775807) START 1 CACHE 1$/

type Named = readonly { readonly name: string }[]

/** Adds the objects and properties that no target can express. */
export function addUnsupported(catalog: TargetCatalog, notExpressed: NotExpressed): void {
  const { manifest, indexesOf } = catalog
  const addAll = (what: string, objects: Named, of = '') => {
    for (const { name } of objects) notExpressed.add(what, of === '' ? name : `${name} of ${of}`)
  }
  for (const name of manifest.extensions) notExpressed.add('extensions', name)
  addAll('functions, procedures and aggregates', manifest.functions)
  addAll('domains, except as the type of a column', manifest.domains)
  addAll('composite types, except as the type of a column', manifest.composites)
  addAll('range types, except as the type of a column', manifest.ranges)
  const emptyEnums = manifest.enums.filter(({ values }) => values.length === 0)
  addAll('enums without values', emptyEnums)
  for (const { name, ownedBy, definition } of manifest.sequences) {
    if (ownedBy === null) notExpressed.add('sequences', name)
    else if (!usualSequence.test(definition)) notExpressed.add('options of sequences', ownedBy)
  }
  for (const view of manifest.views) {
    addAll('indexes of views', view.indexes, view.name)
    addAll('triggers', view.triggers, view.name)
    if (view.options.length > 0) notExpressed.add('options of views', view.name)
  }
  for (const table of manifest.tables) {
    addAll('triggers', table.triggers, table.name)
    addAll('rules', table.rules, table.name)
    addAll('row security policies', table.policies, table.name)
    addTable(table, notExpressed)
    // A partition is left out as a whole.
    if (table.partitionBound !== null) continue
    addColumns(table, notExpressed)
    addConstraints(table, notExpressed)
    for (const index of indexesOf(table)) addIndex(index, table, notExpressed)
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
}

function addIndex(index: ManifestIndex, table: ManifestTable, notExpressed: NotExpressed): void {
  const { includes, nullsNotDistinct, hasParameters } = indexParts(index)
  const title = `${index.name} of ${table.name}`
  if (includes) notExpressed.add('INCLUDE of an index', title)
  if (nullsNotDistinct) notExpressed.add('NULLS NOT DISTINCT of an index', title)
  if (hasParameters) notExpressed.add('storage parameters of an index', title)
  if (!index.valid) notExpressed.add('indexes that are not valid', title)
}

function addColumns({ name, columns }: ManifestTable, notExpressed: NotExpressed): void {
  for (const column of columns) {
    const title = `${name}.${column.name}`
    if (column.collation !== null) notExpressed.add('collations of columns', title)
    if (column.type.startsWith('"char"')) notExpressed.add('the type "char"', title)
    if (column.generated?.endsWith(' VIRTUAL')) notExpressed.add('VIRTUAL', title)
  }
}

function addConstraints({ name, constraints }: ManifestTable, notExpressed: NotExpressed): void {
  for (const one of constraints) {
    const title = `${one.name} of ${name}`
    const add = (what: string, rest: string) => {
      if (rest !== '') notExpressed.add(what, title)
    }
    if (one.kind === 'exclusion') notExpressed.add('exclusion constraints', title)
    else if (one.kind === 'foreign key') {
      const what = 'MATCH FULL, column lists of SET NULL, DEFERRABLE or NOT VALID'
      add(what, foreignKeyParts(one).rest)
    } else {
      const isCheck = one.kind === 'check'
      const what = isCheck
        ? 'NO INHERIT, NOT VALID or NOT ENFORCED'
        : 'INCLUDE or DEFERRABLE of a key'
      add(what, firstGroup(one.definition).after.trim())
    }
  }
}

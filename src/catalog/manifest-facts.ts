import { columnOrder, type Fact, factsByTitle, printName, titleOf } from './facts.js'
import type { ManifestColumn, ManifestTable, SchemaManifest } from './manifest.js'

/** A fact of a manifest: its text is in words like those of SQL. */
export interface ManifestFact extends Fact {
  /** The table, view or domain that it is a part of. */
  readonly table?: string | undefined
}

interface Named {
  readonly name: string
  readonly comment?: string
  /** Of a function: its argument types. */
  readonly arguments?: string
}

/**
 * The facts of a manifest, to compare it with another one. The name of the sequence behind an
 * identity is not among them, nor the index behind a constraint: nothing can rely on those.
 */
export function manifestFacts(manifest: SchemaManifest): ReadonlyMap<string, ManifestFact> {
  const facts: ManifestFact[] = []
  const add = (kind: string, text: string, one: Named, table?: string) => {
    const { name, comment, arguments: signature = null } = one
    const title = titleOf(kind, { name, signature, table: table ?? null })
    facts.push({ kind, title, text, table })
    if (comment) facts.push({ kind: 'comment', title: `comment on ${title}`, text: comment, table })
  }
  const addAll = (
    kind: string,
    parts: readonly (Named & { readonly definition: string })[],
    table?: string,
  ) => {
    for (const one of parts) add(kind, one.definition.trim(), one, table)
  }
  const identities = new Set<string | null>()
  for (const table of manifest.tables) {
    const { name, columns, constraints } = table
    add('table', tableText(table), table)
    for (const column of columns) {
      add('column', columnText(column), column, name)
      if (column.identity) identities.add(`${name}.${column.name}`)
    }
    add(columnOrder, columns.map((column) => printName(column.name)).join(', '), { name }, name)
    addAll('constraint', constraints, name)
    const behind = new Set(constraints.map((one) => one.name))
    const indexes = table.indexes.filter((index) => !behind.has(index.name))
    for (const index of indexes) {
      add('index', `${index.definition}${index.valid ? '' : ' (not valid)'}`, index, name)
    }
    addAll('trigger', table.triggers, name)
    addAll('policy', table.policies, name)
    addAll('rule', table.rules, name)
  }
  for (const view of manifest.views) {
    const options = view.options.length > 0 ? `WITH (${view.options.join(', ')}) ` : ''
    const kind = view.materialized ? 'materialized view' : 'view'
    add(kind, `${typedText(view.columns)} ${options}AS ${view.definition.trim()}`, view)
    addAll('index', view.indexes, view.name)
    addAll('trigger', view.triggers, view.name)
  }
  for (const sequence of manifest.sequences) {
    const { definition, ownedBy } = sequence
    const owner = ownedBy === null ? '' : ` OWNED BY ${ownedBy}`
    if (!identities.has(ownedBy)) add('sequence', `${definition}${owner}`, sequence)
    else facts.push({ kind: 'sequence', title: `sequence of ${ownedBy}`, text: definition })
  }
  for (const one of manifest.enums) {
    const values = one.values.map((value) => `'${value.replaceAll("'", "''")}'`)
    add('enum', `(${values.join(', ')})`, one)
  }
  for (const domain of manifest.domains) {
    add('domain', columnText({ ...domain, identity: null, generated: null }), domain)
    for (const check of domain.constraints) add('constraint', check.definition, check, domain.name)
  }
  for (const one of manifest.composites) add('composite type', typedText(one.attributes), one)
  for (const one of manifest.ranges) add('range type', `(SUBTYPE = ${one.type})`, one)
  for (const { kind, ...one } of manifest.functions) addAll(kind, [one])
  for (const name of manifest.extensions) add('extension', 'installed', { name })
  return factsByTitle(facts) as ReadonlyMap<string, ManifestFact>
}

const typedText = (columns: readonly { readonly name: string; readonly type: string }[]) =>
  `(${columns.map(({ name, type }) => `${printName(name)} ${type}`).join(', ')})`

/** Joins the words that there are. */
const sentence = (...words: readonly (string | false | null)[]) => words.filter(Boolean).join(' ')

function tableText(table: ManifestTable): string {
  const { kind, unlogged, partitionKey, partitionBound, parents, rowSecurity } = table
  const inherits = partitionBound === null ? 'INHERITS' : 'PARTITION OF'
  return sentence(
    unlogged && 'UNLOGGED',
    kind.toUpperCase(),
    partitionKey !== null && `BY ${partitionKey}`,
    parents.length > 0 && `${inherits} ${parents.join(', ')}`,
    partitionBound,
    rowSecurity !== 'off' && 'WITH ROW LEVEL SECURITY',
    rowSecurity === 'forced' && 'FORCED',
  )
}

/** A column as it would stand in CREATE TABLE, without its name. */
export function columnText(column: Omit<ManifestColumn, 'name' | 'comment'>): string {
  const { type, collation, identity, generated, nullable, default: expression } = column
  return sentence(
    type,
    collation !== null && `COLLATE ${collation}`,
    expression !== null && `DEFAULT ${expression}`,
    identity !== null && `GENERATED ${identity.toUpperCase()} AS IDENTITY`,
    generated !== null && `GENERATED ALWAYS AS (${generated.replace(/ (\w+)$/, ') $1')}`,
    !nullable && 'NOT NULL',
  )
}

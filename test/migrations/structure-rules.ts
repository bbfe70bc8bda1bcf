import type { Catalog, CatalogTable } from '../../src/migrations/read-catalog.js'

/** A schema as the rules see it. */
export interface Schema {
  readonly catalog: Catalog
  /** The default expression of each column, by `table.column`. */
  readonly defaults: Readonly<Record<string, string>>
}

/** A rule of the schema: it answers every offence against it, in words. */
export type Rule = (schema: Schema) => string[]

const pins = 'chat_context_resources'
const live = 'workspace_agent_context_resources'
const workspaceSide = /^workspace/

const inEachTable =
  (offences: (table: CatalogTable) => string[]): Rule =>
  ({ catalog }) =>
    catalog.tables.flatMap((table) => offences(table).map((offence) => `${table.name}: ${offence}`))

const tableHasComment = inEachTable(({ comment }) => (comment === '' ? ['no comment'] : []))

const constraintIsNamedForItsTable = inEachTable(({ name, constraints }) =>
  constraints
    .filter((constraint) => !constraint.name.startsWith(`${name}_`))
    .map((constraint) => constraint.name),
)

const foreignKeyHasIndex = inEachTable(({ constraints, indexes }) =>
  constraints
    .filter(({ kind }) => kind === 'foreign key')
    .filter(({ columns }) => {
      const leading = (index: { columns: readonly string[] }) =>
        index.columns.slice(0, columns.length).toSorted().join()
      return !indexes.some((index) => index.valid && leading(index) === columns.toSorted().join())
    })
    .map((constraint) => constraint.name),
)

const isChatScoped = ({ columns, name }: CatalogTable) =>
  name !== 'chats' && columns.some((column) => column.name === 'chat_id')

const keyOfChatScopedTableHasChatId = inEachTable((table) => {
  if (!isChatScoped(table)) return []
  const keys = table.constraints.filter(({ kind }) => kind === 'primary key' || kind === 'unique')
  const unique = table.indexes.filter(({ definition }) => definition.startsWith('CREATE UNIQUE'))
  return [...new Map([...unique, ...keys].map((key) => [key.name, key])).values()]
    .filter(({ columns }) => !columns.includes('chat_id'))
    .map((key) => key.name)
})

const chatIdCascades = inEachTable((table) => {
  if (!isChatScoped(table)) return []
  const cascades = table.constraints.some(
    ({ references, columns, onDelete }) =>
      references === 'chats' && columns.join() === 'chat_id' && onDelete === 'cascade',
  )
  return cascades ? [] : ['chat_id does not cascade']
})

/** Follows foreign keys from the pins; those of chats that a delete sets to NULL hold nothing. */
const pinsReachNoWorkspace: Rule = ({ catalog }) => {
  const tables = new Map(catalog.tables.map((table) => [table.name, table]))
  const paths: string[][] = [[pins]]
  const offences: string[] = []
  const seen = new Set<string>()
  for (let path = paths.pop(); path; path = paths.pop()) {
    const table = tables.get(path.at(-1)!)!
    if (workspaceSide.test(table.name)) offences.push(path.join(' -> '))
    if (workspaceSide.test(table.name) || seen.has(table.name)) continue
    seen.add(table.name)
    for (const { references, onDelete, columns } of table.constraints) {
      if (references === null) continue
      const nullable = columns.every(
        (name) => table.columns.find((column) => column.name === name)!.nullable,
      )
      if (table.name === 'chats' && onDelete === 'set null' && nullable) continue
      paths.push([...path, references])
    }
  }
  return offences
}

const pinsMirrorLive: Rule = ({ catalog, defaults }) => {
  const columnsOf = (name: string) =>
    catalog.tables
      .find((table) => table.name === name)!
      .columns.slice(1)
      .map(({ comment, ...column }) =>
        JSON.stringify({ ...column, default: defaults[`${name}.${column.name}`] ?? null }),
      )
  const [pinned, lived] = [columnsOf(pins), columnsOf(live)]
  return Array.from({ length: Math.max(pinned.length, lived.length) }, (_, index) =>
    pinned[index] === lived[index] ? '' : `${pinned[index]} is not ${lived[index]}`,
  ).filter((offence) => offence !== '')
}

/** Every rule of the schema, by what it says. */
export const rules = {
  'every table has a comment': tableHasComment,
  'every constraint begins with the name of its table': constraintIsNamedForItsTable,
  'every foreign key has an index that begins with its columns': foreignKeyHasIndex,
  'every key of a chat-scoped table contains chat_id': keyOfChatScopedTableHasChatId,
  'every chat_id cascades from chats': chatIdCascades,
  'no foreign keys lead from the pins to the workspace side': pinsReachNoWorkspace,
  'pins and live context mirror each other': pinsMirrorLive,
} satisfies Record<string, Rule>

/** The columns that pins and live context have in common besides owner, source and times. */
export function mirroredInCatalog({ tables }: Catalog): string[] {
  const pinned = tables.find(({ name }) => name === pins)!
  const lived = tables.find(({ name }) => name === live)!
  const own = ['source', 'created_at', 'updated_at']
  return pinned.columns
    .map(({ name }) => name)
    .filter((name) => lived.columns.some((column) => column.name === name))
    .filter((name) => !own.includes(name))
}

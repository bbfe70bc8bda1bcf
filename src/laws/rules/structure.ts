import { chatColumn } from '../../harness/index.js'
import type { Catalog } from '../../migrations/index.js'
import type { ManifestTable } from '../../schema/index.js'
import { nobody } from '../choices.js'
import { interceptQueries } from '../intercept.js'
import type { Ending, Law } from '../law.js'
import { liveTable, pinTable } from '../model/rows.js'

/** A rule of the schema: it answers every offence against it, in words. */
export type Rule = (catalog: Catalog) => string[]

/** A rule of its own for every table. */
export const inEachTable =
  (offences: (table: ManifestTable) => string[]): Rule =>
  ({ tables }) =>
    tables.flatMap((table) => offences(table).map((offence) => `${table.name}: ${offence}`))

const foreignKeyHasIndex = inEachTable(({ constraints, indexes }) =>
  constraints
    .filter(({ kind }) => kind === 'foreign key')
    .filter(({ columns }) => {
      const leading = (index: { columns: readonly string[] }) =>
        index.columns.slice(0, columns.length).toSorted().join()
      return !indexes.some(
        (index) =>
          index.valid &&
          leading(index) === columns.toSorted().join() &&
          coversReferences(index.definition, columns),
      )
    })
    .map((constraint) => constraint.name),
)

/** Rows that refer to nothing may be missing from an index, and no other ones. */
function coversReferences(definition: string, columns: readonly string[]): boolean {
  const condition = / WHERE (.+)$/.exec(definition)?.[1]
  const parts = condition?.replaceAll(/[()"]/g, '').split(' AND ') ?? []
  return parts.every((part) => columns.some((column) => part === `${column} IS NOT NULL`))
}

const keyOfChatScopedTableHasChatId = inEachTable((table) => {
  const column = chatColumn(table)
  if (!column) return []
  const keys = table.constraints.filter(({ kind }) => kind === 'primary key' || kind === 'unique')
  const unique = table.indexes.filter((index) => index.unique)
  return [...new Map([...unique, ...keys].map((key) => [key.name, key])).values()]
    .filter(({ columns }) => !columns.includes(column))
    .map((key) => key.name)
})

const chatIdCascades = inEachTable((table) => {
  const column = chatColumn(table)
  if (!column) return []
  const toChats = table.constraints.filter(({ references }) => references === 'chats')
  const cascades = toChats.some(
    ({ columns, onDelete }) => columns.join() === column && onDelete === 'cascade',
  )
  // A second reference may be set to NULL, but must not keep its chat from being deleted.
  const holds = toChats.filter(
    ({ onDelete }) => onDelete === 'no action' || onDelete === 'restrict',
  )
  return [
    ...(cascades ? [] : [`${column} does not cascade`]),
    ...holds.map(({ name }) => `${name} keeps its chat`),
  ]
})

/** Follows foreign keys from the pins; those of chats that a delete sets to NULL hold nothing. */
const pinsReachNoWorkspace: Rule = (catalog) => {
  const tables = new Map(catalog.tables.map((table) => [table.name, table]))
  const paths: string[][] = [[pinTable]]
  const offences: string[] = []
  const seen = new Set<string>()
  for (let path = paths.pop(); path; path = paths.pop()) {
    const table = tables.get(path.at(-1)!)
    if (!table) continue
    const isWorkspaceSide = table.name.startsWith('workspace')
    if (isWorkspaceSide) offences.push(path.join(' -> '))
    if (isWorkspaceSide || seen.has(table.name)) continue
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

const pinsMirrorLive: Rule = ({ tables }) => {
  const columnsOf = (name: string) =>
    (tables.find((table) => table.name === name)?.columns ?? [])
      .slice(1)
      .map(({ comment, ...column }) => JSON.stringify(column))
  const [pinned, lived] = [columnsOf(pinTable), columnsOf(liveTable)]
  return Array.from({ length: Math.max(pinned.length, lived.length) }, (_, index) =>
    pinned[index] === lived[index] ? '' : `${pinned[index]} is not ${lived[index]}`,
  ).filter((offence) => offence !== '')
}

/** Every rule of law 12 that the catalog answers, by what it says. */
export const structureRules = {
  'every foreign key has an index that begins with its columns': foreignKeyHasIndex,
  'every key of a chat-scoped table contains chat_id': keyOfChatScopedTableHasChatId,
  'every chat_id cascades from chats': chatIdCascades,
  'no foreign keys lead from the pins to the workspace side': pinsReachNoWorkspace,
  'pins and live context mirror each other': pinsMirrorLive,
} satisfies Record<string, Rule>

export const structure: Law = {
  number: 12,
  name: 'Structure',
  says:
    'No path of foreign keys leads from pins to agent, build or workspace tables except through ' +
    "chats' nullable SET NULL columns; pins and live mirror each other's columns; every chat_id " +
    'cascades; every key of a chat-scoped table contains chat_id; every foreign key has an index; ' +
    'no statement that lists chats reads a pin.',
  async ofSchema(ending) {
    const { catalog } = ending.reader
    const offences = Object.entries(structureRules).flatMap(([rule, find]) =>
      find(catalog).map((offence) => ({ what: `${rule}: ${offence}` })),
    )
    if (await listReadsPins(ending)) offences.push({ what: `listing chats reads ${pinTable}` })
    return offences
  },
}

/** Asks PostgreSQL for the plan of every statement that listing chats sends. */
async function listReadsPins({ queryable, operations }: Ending): Promise<boolean> {
  const plans: string[] = []
  const explaining = interceptQueries(queryable, async (text, values, send) => {
    const { rows } = await send(`EXPLAIN (FORMAT JSON) ${text}`, values)
    plans.push(JSON.stringify(rows))
    return await send(text, values)
  })
  await operations.listChats(explaining, { ownerId: nobody })
  return plans.length === 0 || plans.some((plan) => plan.includes(pinTable))
}

import {
  type Catalog,
  foreignKeysWithoutIndex,
  mirrorOffences,
  ownersWithoutCascade,
  scopedTables,
} from '../../catalog/index.js'
import { unknownId } from '../choices.js'
import { interceptQueries } from '../intercept.js'
import type { Ending, Law } from '../law.js'
import { liveTable, pinTable } from '../model/rows.js'
import type { RoundTrip } from '../operations/migrate.js'
import { chats } from '../row-reader.js'

export const roundTrip: Law = {
  number: 11,
  name: 'Round trip',
  says:
    'Migrating down to any version and up again restores the schema exactly, also with rows ' +
    'in the tables; the up migration of the pins changes only the three hydration columns of ' +
    'rows; its down migration keeps the enums and all other rows; migrating down to zero ' +
    'leaves only the ledger table.',
  afterStep({ move, outcome }) {
    if (!move.isMigration || outcome.refusal) return []
    return (outcome.answer as RoundTrip).violations.map((what) => ({ what }))
  },
}

/** A rule of the schema: it answers every offence against it, in words. */
export type Rule = (catalog: Catalog) => string[]

const foreignKeyHasIndex: Rule = ({ tables }) =>
  tables.flatMap((table) =>
    foreignKeysWithoutIndex(table).map((key) => `${table.name}: ${key.name}`),
  )

const keyOfChatScopedTableHasChatId: Rule = (catalog) =>
  scopedTables(catalog, chats.owner).flatMap(({ name, column }) => {
    const { constraints, indexes } = catalog.tables.find((table) => table.name === name)!
    const keys = constraints.filter(({ kind }) => kind === 'primary key' || kind === 'unique')
    const all = [...indexes.filter(({ unique }) => unique), ...keys]
    const offending = all.filter(({ columns }) => column === null || !columns.includes(column))
    return [...new Set(offending.map((key) => `${name}: ${key.name}`))]
  })

const chatIdCascades: Rule = (catalog) =>
  ownersWithoutCascade(catalog, chats).flatMap(({ table, key, column }) => {
    const isOwner = key === null || key.columns.includes(chats.column)
    if (isOwner) return `${table}: ${column} does not cascade`
    // A second reference may be set to NULL, but must not keep its chat from being deleted.
    const holds = key.onDelete === 'no action' || key.onDelete === 'restrict'
    return holds ? `${table}: ${key.name} keeps its chat` : []
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
  const [pins, live] = [pinTable, liveTable].map((name) => tables.find((one) => one.name === name))
  if (!pins || !live) return []
  return mirrorOffences(pins, live).map(
    ({ column, shapes: [pinned, lived] }) =>
      `${column} is ${pinned ?? 'missing'} in ${pinTable} ` +
      `and ${lived ?? 'missing'} in ${liveTable}`,
  )
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
    'Foreign keys lead from the pins to the tables of agents, builds and workspaces only ' +
    'through the nullable SET NULL columns of chats; the pins and the live context have the ' +
    'same mirrored columns; every chat_id cascades; every key of a chat-scoped table ' +
    'contains chat_id; every foreign key has an index; no statement that lists chats reads a ' +
    'pin.',
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
  await operations.listChats(explaining, { ownerId: unknownId })
  return plans.length === 0 || plans.some((plan) => plan.includes(pinTable))
}

import { type Database, quoteIdentifier } from '../database/index.js'
import {
  createMigrator,
  ledgerName,
  type Migration,
  manifestEntries,
  readManifest,
} from '../migrations/index.js'
import type { SchemaManifest } from '../schema/index.js'
import { pinTable } from './law.js'
import { openRowReader, type Rows, type TableRows } from './row-reader.js'

/** What a way down and up again did. */
export interface RoundTrip {
  /** The tables that were gone at the bottom, and the columns, as `table.column`. */
  readonly dropped: readonly string[]
  /** Offences against law 11, in words. */
  readonly offences: readonly string[]
}

/** The migration that makes the table of the pins. */
export const pinMigration = 'create_chat_context_resources'

const hydrationColumns = ['context_aggregate_hash', 'context_dirty_since', 'context_error']

/** Goes down to a version and up again, and looks at the schema and at all rows on both ends. */
export async function roundTrip(
  database: Database,
  options: {
    readonly target: number
    readonly migrations: readonly Migration[]
  },
): Promise<RoundTrip> {
  const { target, migrations } = options
  const migrator = createMigrator(database, { migrations })
  const readRows = async (): Promise<Rows> => {
    const reader = await openRowReader(database, { except: [ledgerName], prepared: false })
    return await reader.read(database)
  }
  const before = await readManifest(database)
  const rowsBefore = await readRows()
  const last = migrations.find(({ version }) => version > target)
  let abovePins: SchemaManifest | undefined
  if (last?.name === pinMigration) {
    // What later migrations take back is not the pins' to answer for.
    await migrator.to(last.version)
    abovePins = await readManifest(database)
  }
  await migrator.to(target)
  const bottom = await readManifest(database)
  const rowsAtBottom = await readRows()
  await migrator.up()
  // How long it took is no part of what it did.
  const ledger = `${quoteIdentifier(database.schema)}.${quoteIdentifier(ledgerName)}`
  await database.query(`UPDATE ${ledger} SET duration_ms = 0`)
  const offences = [
    ...(target === 0 ? leftAtZero(bottom) : []),
    ...(abovePins ? pinOffences(abovePins, bottom) : []),
    ...rowOffences(rowsBefore, rowsAtBottom, 'down'),
    ...rowOffences(rowsAtBottom, await readRows(), 'up'),
  ]
  const differing = differingParts(before, await readManifest(database))
  if (differing.length > 0) offences.push(`the schema is not what it was: ${differing.join(', ')}`)
  const left = new Set(tableNamesIn(bottom))
  return { dropped: tableNamesIn(before).filter((name) => !left.has(name)), offences }
}

const tableNamesIn = ({ tables }: SchemaManifest) =>
  tables.flatMap(({ name, columns }) => [
    name,
    ...columns.map((column) => `${name}.${column.name}`),
  ])

/** What there is besides the ledger where no migration is left. Extensions are not the schema's. */
function leftAtZero(bottom: SchemaManifest): string[] {
  const left = [...partsOf({ ...bottom, extensions: [] }).keys()]
  return left.length > 0 ? [`down to zero leaves ${left.join(', ')}`] : []
}

/** What the down of the pins changed besides their table. */
function pinOffences(above: SchemaManifest, below: SchemaManifest): string[] {
  const tables = above.tables.filter(({ name }) => name !== pinTable)
  const parts = differingParts({ ...above, tables }, below)
  return parts.map((part) => `down of the pins changes ${part}`)
}

function differingParts(a: SchemaManifest, b: SchemaManifest): string[] {
  const [left, right] = [partsOf(a), partsOf(b)]
  const names = new Set([...left.keys(), ...right.keys()])
  return [...names].filter((name) => left.get(name) !== right.get(name))
}

/** Everything by its name, with the comments and the order of columns. */
function partsOf(manifest: SchemaManifest): Map<string, string> {
  const parts = new Map([...manifestEntries(manifest)].map(([name, { text }]) => [name, text]))
  for (const table of manifest.tables) parts.set(`table ${table.name}`, JSON.stringify(table))
  for (const { name, comment, values } of manifest.enums) {
    parts.set(`type ${name}`, JSON.stringify([comment, values]))
  }
  return parts
}

/** Rows of tables on both ends have to be the same in the columns of both. */
function rowOffences(before: Rows, after: Rows, way: 'up' | 'down'): string[] {
  const offences: string[] = []
  for (const [table, rows] of before) {
    const found = after.get(table)
    if (!found) continue
    const ignored = table === 'chats' && way === 'up' ? hydrationColumns : []
    if (content(rows, found, ignored) !== content(found, rows, ignored)) {
      offences.push(`migrating ${way} changes rows of ${table}`)
    }
  }
  const chats =
    way === 'up' && before.has('chats') && !before.has(pinTable) ? after.get('chats') : []
  for (const [, { values }] of chats ?? []) {
    const { context_aggregate_hash: hash, context_dirty_since: mark, context_error: error } = values
    if (hash !== null || mark !== null || error !== '') {
      offences.push(`migrating up leaves a chat hydrated without pins: ${values.id}`)
    }
  }
  return offences
}

/** Rows as one text, with the columns that the other side has as well. */
function content(rows: TableRows, other: TableRows, ignored: readonly string[]): string {
  const shared = Object.keys([...other.values()][0]?.values ?? {})
  const texts = [...rows.values()].map(({ values }) =>
    JSON.stringify(
      Object.entries(values)
        .filter(([name]) => shared.includes(name) && !ignored.includes(name))
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  )
  return texts.sort().join('\n')
}

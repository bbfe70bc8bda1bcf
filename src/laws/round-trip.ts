import type { Database } from '../database/database.js'
import { quoteIdentifier } from '../database/quote-identifier.js'
import { createMigrator } from '../migrations/create-migrator.js'
import { ledgerName } from '../migrations/ledger.js'
import type { Migration } from '../migrations/migration.js'
import type { Catalog } from '../migrations/read-catalog.js'
import { pinTable } from './law.js'
import { readShape, type Shape } from './read-shape.js'
import { openRowReader, type Rows, type TableRows } from './row-reader.js'

/** What a way down and up again did. */
export interface RoundTrip {
  /** The tables that were gone at the bottom. */
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
  const before = await readShape(database)
  const rowsBefore = await readRows()
  const last = migrations.find(({ version }) => version > target)
  let abovePins: Shape | undefined
  if (last?.name === pinMigration) {
    // What later migrations take back is not the pins' to answer for.
    await migrator.to(last.version)
    abovePins = await readShape(database)
  }
  await migrator.to(target)
  const bottom = await readShape(database)
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
  const differing = differingParts(before, await readShape(database))
  if (differing.length > 0) offences.push(`the schema is not what it was: ${differing.join(', ')}`)
  const left = new Set(bottom.catalog.tables.map(({ name }) => name))
  const dropped = before.catalog.tables.map(({ name }) => name).filter((name) => !left.has(name))
  return { dropped, offences }
}

/** What there is besides the ledger where no migration is left. */
function leftAtZero({ catalog, others }: Shape): string[] {
  const ledgers = [`r ${ledgerName}`, `i ${ledgerName}_pkey`]
  const left = [
    ...catalog.enums.map(({ name }) => name),
    ...others.filter((line) => !ledgers.includes(line)),
  ]
  return left.length > 0 ? [`down to zero leaves ${left.join(', ')}`] : []
}

/** What the down of the pins changed besides their table. */
function pinOffences(above: Shape, below: Shape): string[] {
  const rest = ({ catalog: { tables, enums } }: Shape): Catalog => ({
    enums,
    tables: tables.filter(({ name }) => name !== pinTable),
  })
  const shapeOf = (shape: Shape): Shape => ({ catalog: rest(shape), defaults: {}, others: [] })
  const parts = differingParts(shapeOf(above), shapeOf(below))
  return parts.map((part) => `down of the pins changes ${part}`)
}

function differingParts(a: Shape, b: Shape): string[] {
  const entries = ({ catalog: { tables, enums }, defaults, others }: Shape) =>
    new Map([
      ...[...tables, ...enums].map((one) => [one.name, JSON.stringify(one)] as const),
      ...Object.entries(defaults).map(([name, text]) => [`the default of ${name}`, text] as const),
      ...others.map((line) => [line, ''] as const),
    ])
  const [left, right] = [entries(a), entries(b)]
  const names = new Set([...left.keys(), ...right.keys()])
  return [...names].filter((name) => left.get(name) !== right.get(name))
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

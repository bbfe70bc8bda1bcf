import fc from 'fast-check'
import {
  differences,
  manifestFacts,
  readManifest,
  type SchemaManifest,
} from '../../catalog/index.js'
import { type Database, quoteIdentifier } from '../../database/index.js'
import { createMigrator, ledgerName, type Migration } from '../../migrations/index.js'
import { pick, place } from '../choices.js'
import type { Model } from '../model/model.js'
import { pinTable, snapshotTable } from '../model/rows.js'
import { defineOperation } from '../operation.js'
import { openRowReader, type Rows, type TableRows } from '../row-reader.js'

/** The result of reverting migrations and applying them again. */
export interface RoundTrip {
  /** The tables that did not exist at the lowest version, and the columns, as `table.column`. */
  readonly dropped: readonly string[]
  /** Violations of law 11, as sentences. */
  readonly violations: readonly string[]
}

/** The migration that creates the table of the pins. */
const pinMigration = 'create_chat_context_resources'

const hydrationColumns = ['context_aggregate_hash', 'context_dirty_since', 'context_error']

/** Migrates down to a version and up again, and compares the schema and all rows. */
async function roundTrip(
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
  const before = await readManifest(database, { except: [ledgerName] })
  const rowsBefore = await readRows()
  const last = migrations.find(({ version }) => version > target)
  let abovePins: SchemaManifest | undefined
  if (last?.name === pinMigration) {
    // The down of the pins is judged without the downs of later migrations.
    await migrator.to(last.version)
    abovePins = await readManifest(database, { except: [ledgerName] })
  }
  await migrator.to(target)
  const lowest = await readManifest(database, { except: [ledgerName] })
  const rowsAtLowest = await readRows()
  await migrator.up()
  // The duration is not part of the result, and would make runs differ.
  const ledger = `${quoteIdentifier(database.schema)}.${quoteIdentifier(ledgerName)}`
  await database.query(`UPDATE ${ledger} SET duration_ms = 0`)
  const violations = [
    ...(target === 0 ? leftAtZero(lowest) : []),
    ...(abovePins ? pinViolations(abovePins, lowest) : []),
    ...rowViolations(rowsBefore, rowsAtLowest, 'down'),
    ...rowViolations(rowsAtLowest, await readRows(), 'up'),
  ]
  const differing = differingParts(before, await readManifest(database, { except: [ledgerName] }))
  if (differing.length > 0) violations.push(`the schema has changed: ${differing.join(', ')}`)
  const left = new Set(namesIn(lowest))
  return { dropped: namesIn(before).filter((name) => !left.has(name)), violations }
}

const namesIn = ({ tables }: SchemaManifest) =>
  tables.flatMap(({ name, columns }) => [name, ...columns.map((one) => `${name}.${one.name}`)])

/** What the schema contains besides the ledger when no migration is applied. */
function leftAtZero(lowest: SchemaManifest): string[] {
  const left = [...manifestFacts({ ...lowest, extensions: [] }).keys()]
  return left.length > 0 ? [`down to zero leaves ${left.join(', ')}`] : []
}

/** What the down of the pins changed besides their table. */
function pinViolations(above: SchemaManifest, below: SchemaManifest): string[] {
  const tables = above.tables.filter(({ name }) => name !== pinTable)
  const parts = differingParts({ ...above, tables }, below)
  return parts.map((part) => `down of the pins changes ${part}`)
}

const differingParts = (one: SchemaManifest, other: SchemaManifest): string[] =>
  differences(manifestFacts(one), manifestFacts(other))

/** Rows must stay the same in the tables and columns that exist before and after. */
function rowViolations(before: Rows, after: Rows, direction: 'up' | 'down'): string[] {
  const violations: string[] = []
  for (const [table, rows] of before) {
    const found = after.get(table)
    if (!found) continue
    const ignored = table === 'chats' && direction === 'up' ? hydrationColumns : []
    if (content(rows, found, ignored) !== content(found, rows, ignored)) {
      violations.push(`migrating ${direction} changes rows of ${table}`)
    }
  }
  const chats =
    direction === 'up' && before.has('chats') && !before.has(pinTable) ? after.get('chats') : []
  for (const [, { values }] of chats ?? []) {
    const { context_aggregate_hash: hash, context_dirty_since: mark, context_error: error } = values
    if (hash !== null || mark !== null || error !== '') {
      violations.push(`migrating up leaves a hydrated chat without pins: ${values.id}`)
    }
  }
  return violations
}

/** Rows as one text, with the columns that both sides have. */
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

/** Down to the version before the pins, or to any version, and up again, with all rows. */
export const migrate = defineOperation({
  name: 'migrate down and up',
  fitsTransaction: false,
  choices: fc.record({
    to: fc.constantFrom('before the pins', 'any'),
    version: place,
  }),
  resolve: ({ model, migrations }, { to, version }) => {
    if (migrations.length === 0) return undefined
    const pins = migrations.findIndex(({ name }) => name === pinMigration)
    const before = to === 'any' ? version % migrations.length : pins
    const target = before === 0 ? 0 : pick(migrations, before - 1)!.version
    return {
      says: `migrate down to ${target} and up again`,
      variant: to,
      chats: [...model.chats.keys()],
      repins: [...model.chats.keys()],
      isMigration: true,
      execute: ({ database }) => roundTrip(database, { target, migrations }),
      predict: (model, _, answer) => {
        forget(model, (answer as RoundTrip | undefined)?.dropped ?? [])
        return answer
      },
    }
  },
})

/** Removes from the model what was deleted with the dropped tables and columns. */
function forget(model: Model, dropped: readonly string[]): void {
  const isGone = (table: string) => dropped.includes(table)
  if (isGone('workspaces')) for (const kept of Object.values(model)) kept.clear()
  if (isGone('chats')) model.chats.clear()
  if (isGone(snapshotTable)) {
    for (const agent of model.agents.values()) delete agent.live
  }
  if (isGone(`${snapshotTable}.ready`)) {
    for (const agent of model.agents.values()) {
      if (agent.live) agent.live = { ...agent.live, ready: true }
    }
  }
  if (isGone('chat_messages')) for (const chat of model.chats.values()) chat.messages = []
  if (!isGone(pinTable)) return
  for (const chat of model.chats.values()) {
    Object.assign(chat, { pins: new Map(), pinnedHash: null, dirtySince: null, error: '' })
  }
}

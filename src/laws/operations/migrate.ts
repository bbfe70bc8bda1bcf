import fc from 'fast-check'
import {
  differences,
  manifestFacts,
  readManifest,
  type SchemaManifest,
} from '../../catalog/index.js'
import { type Database, quoteIdentifier } from '../../database/index.js'
import { createMigrator, ledgerName, type Migration } from '../../migrations/index.js'
import { pick, place, weighted } from '../choices.js'
import { removePins } from '../model/live-context.js'
import { followedByDefault, type Model } from '../model/model.js'
import { pinTable, snapshotTable } from '../model/rows.js'
import { defineOperation } from '../operation.js'
import { openRowReader, type Rows, rowsOf, type TableRows } from '../row-reader.js'

/** The result of reverting migrations and applying them again. */
export interface RoundTrip {
  /** The tables that did not exist at the lowest version, and the columns, as `table.column`. */
  readonly dropped: readonly string[]
  /** Violations of law 11, as sentences. */
  readonly violations: readonly string[]
}

/** The migration that creates the table of the pins. */
const pinMigration = 'create_chat_context_resources'

const hydrationColumns = ['context_hashes', 'context_dirty_since', 'context_error']

/** The schema and all rows, without the ledger. */
async function readAll(database: Database): Promise<{ manifest: SchemaManifest; rows: Rows }> {
  const manifest = await readManifest(database, { except: [ledgerName] })
  const reader = await openRowReader(database, { except: [ledgerName], prepared: false })
  return { manifest, rows: await reader.read(database) }
}

/** Migrates down to a version and up again, and compares the schema and all rows. */
async function roundTrip(
  database: Database,
  { target, migrations }: { readonly target: number; readonly migrations: readonly Migration[] },
): Promise<RoundTrip> {
  const migrator = createMigrator(database, { migrations })
  const before = await readAll(database)
  const last = migrations.find(({ version }) => version > target)
  const isOfPins = last?.name === pinMigration
  // The down of the pins is judged without the downs of later migrations.
  if (isOfPins) await migrator.to(last.version)
  const abovePins = isOfPins ? await readManifest(database, { except: [ledgerName] }) : undefined
  await migrator.to(target)
  const lowest = await readAll(database)
  await migrator.up()
  // The duration is not part of the result, and would make runs differ.
  const ledger = `${quoteIdentifier(database.schema)}.${quoteIdentifier(ledgerName)}`
  await database.query(`UPDATE ${ledger} SET duration_ms = 0`)
  const after = await readAll(database)
  const differing = differingParts(before.manifest, after.manifest)
  const violations = [
    ...(target === 0 ? leftAtZero(lowest.manifest) : []),
    ...(abovePins ? pinViolations(abovePins, lowest.manifest) : []),
    ...rowViolations(before.rows, lowest.rows, 'down'),
    ...rowViolations(lowest.rows, after.rows, 'up'),
    ...(differing.length > 0 ? [`the schema has changed: ${differing.join(', ')}`] : []),
  ]
  const left = new Set(namesIn(lowest.manifest))
  return { dropped: namesIn(before.manifest).filter((name) => !left.has(name)), violations }
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
  const changed = [...before].filter(([table, rows]) => {
    const found = after.get(table) ?? rows
    const ignored = table === 'chats' && direction === 'up' ? hydrationColumns : []
    return content(rows, found, ignored) !== content(found, rows, ignored)
  })
  const addsPins = direction === 'up' && before.has('chats') && !before.has(pinTable)
  const hydrated = [...rowsOf(after, 'chats').values()].filter(
    ({ values }) =>
      addsPins && hydrationColumns.some((name) => values[name] !== null && values[name] !== ''),
  )
  return [
    ...changed.map(([table]) => `migrating ${direction} changes rows of ${table}`),
    ...hydrated.map(
      ({ values }) => `migrating up leaves a hydrated chat without pins: ${values.id}`,
    ),
  ]
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
    to: weighted([4, fc.constantFrom('before the pins', 'any')], [1, fc.constant('nothing')]),
    version: place,
  }),
  resolve: ({ model, migrations }, { to, version }) => {
    if (migrations.length === 0) return undefined
    const pins = migrations.findIndex(({ name }) => name === pinMigration)
    const before = { 'before the pins': pins, any: version % migrations.length, nothing: 0 }[to]!
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
  for (const agent of model.agents.values()) {
    if (isGone(snapshotTable)) delete agent.live
    if (!agent.live) continue
    if (isGone(`${snapshotTable}.ready`)) agent.live = { ...agent.live, ready: true }
    if (isGone(`${snapshotTable}.run_id`)) agent.live = { ...agent.live, run: null }
  }
  for (const chat of model.chats.values()) {
    if (isGone('chat_messages')) chat.messages = []
    if (isGone(pinTable)) removePins(chat)
    if (isGone('chats.context_follows')) chat.follows = followedByDefault
  }
}

import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCatalog } from '../../src/catalog/index.js'
import {
  type DatabaseMark,
  type EmbeddedTestDatabase,
  type Harness,
  openHarness,
} from '../../src/harness/index.js'
import { createMigrator, type FinishedStep, type Migrator } from '../../src/index.js'
import { ledgerName } from '../../src/migrations/ledger.js'
import type { Migration } from '../../src/migrations/migration.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'
import { runs } from './runs.js'

let harness: Harness
let db: EmbeddedTestDatabase
let mark: DatabaseMark
beforeAll(async () => {
  harness = await openHarness({ migrations: false })
  db = await harness.createDatabase()
  // What a session learns of the catalog to read it, it keeps through the rewinds.
  await readCatalog(db)
  mark = await db.mark()
})
afterAll(() => harness.close())

/** What one migration does; where there is no earlier table to do it to, it makes one. */
const change = fc.record({
  what: fc.constantFrom('table', 'column', 'index', 'enum', 'comment', 'reference', 'concurrently'),
  to: fc.nat(),
  step: fc.integer({ min: 1, max: 5 }),
})

type Change = typeof change extends fc.Arbitrary<infer Made> ? Made : never

/** The SQL of a change, up and down; `n` is its number, and `table` an earlier table. */
function sqlOf({ what }: Change, n: number, table: string): readonly [up: string, down: string] {
  const none = '-- driftpin: no transaction\n'
  switch (what) {
    case 'column':
      return [`ALTER TABLE ${table} ADD c${n} text`, `ALTER TABLE ${table} DROP c${n}`]
    case 'index':
      return [`CREATE INDEX i${n} ON ${table} (id)`, `DROP INDEX i${n}`]
    case 'enum':
      return [`CREATE TYPE e${n} AS ENUM ('a', 'b'); SELECT 1`, `DROP TYPE e${n}`]
    case 'comment':
      return [
        `CREATE TABLE t${n} (); COMMENT ON TABLE t${n} IS ';'; INSERT INTO ${table} VALUES (${n})`,
        `DELETE FROM ${table} WHERE id = ${n}; DROP TABLE t${n}`,
      ]
    case 'reference':
      return [
        `CREATE TABLE r${n} (id int CONSTRAINT k${n} REFERENCES ${table} (id) ON DELETE CASCADE)`,
        `DROP TABLE r${n}`,
      ]
    case 'concurrently':
      return [
        `${none}CREATE INDEX CONCURRENTLY x${n} ON ${table} (id)`,
        `${none}DROP INDEX CONCURRENTLY x${n}`,
      ]
    default:
      return [`CREATE TABLE t${n} (id int PRIMARY KEY)`, `DROP TABLE t${n}`]
  }
}

/** Migrations of which the numbers have gaps, the first of which makes a table. */
const migrationSets = fc
  .array(change, { minLength: 2, maxLength: 8, size: 'max' })
  .map((changes) => {
    const tables: string[] = []
    let n = 0
    const files = changes.flatMap((one) => {
      n += one.step
      const made: Change = tables.length === 0 ? { ...one, what: 'table' } : one
      const [up, down] = sqlOf(made, n, tables[one.to % tables.length] ?? '')
      if (made.what === 'table') tables.push(`t${n}`)
      return [
        { file: `${n}_make_it.up.sql`, text: up },
        { file: `${n}_make_it.down.sql`, text: down },
      ]
    })
    return parseMigrations(files)
  })

/** Where to go: to a version by its place, some steps down, or all the way up. */
const target = fc.oneof(
  fc.record({ how: fc.constant('to' as const), count: fc.nat(8) }),
  fc.record({ how: fc.constant('down' as const), count: fc.nat(4) }),
  fc.record({ how: fc.constant('up' as const), count: fc.constant(0) }),
)

const upFirst = fc.constant({ how: 'up' as const, count: 0 })

/** Half of them go all the way up first, so that there is far to go down. */
const ways = fc
  .tuple(fc.oneof(upFirst, target), fc.array(target, { minLength: 1, maxLength: 3, size: 'max' }))
  .map(([first, rest]) => [first, ...rest])

type Target = typeof target extends fc.Arbitrary<infer Made> ? Made : never

const versionAt = (migrations: readonly Migration[], count: number) =>
  count === 0 ? 0 : migrations[count - 1]!.version

/** How many migrations are applied afterwards. */
function countAfter({ how, count }: Target, applied: number, all: number): number {
  if (how === 'up') return all
  return how === 'down' ? Math.max(0, applied - count) : Math.min(count, all)
}

const run = (migrator: Migrator, { how, count }: Target, version: number) => {
  if (how === 'up') return migrator.up()
  return how === 'down' ? migrator.down({ steps: count }) : migrator.to(version)
}

const plannedOf = ({ durationMs, ...planned }: FinishedStep) => planned

test('what is planned is run, and the way there makes no difference', async () => {
  const lengths = { up: new Set<number>(), down: new Set<number>() }
  await fc.assert(
    fc
      .asyncProperty(migrationSets, ways, async (migrations, targets) => {
        const migrator = createMigrator(db, { migrations })
        let applied = 0
        for (const one of targets) {
          applied = countAfter(one, applied, migrations.length)
          const version = versionAt(migrations, applied)
          const planned = await migrator.plan(version)
          const finished = await run(migrator, one, version)
          expect(finished.map(plannedOf)).toStrictEqual(planned)
          expect(finished.every(({ durationMs }) => durationMs >= 0)).toBe(true)
          if (finished[0]) lengths[finished[0].direction].add(finished.length)
          const states = (await migrator.status()).map(({ version, state }) => [version, state])
          const expected = migrations.map(({ version }, index) => [
            version,
            index < applied ? 'applied' : 'pending',
          ])
          expect(states).toStrictEqual(expected)
          expect(await migrator.plan(version)).toStrictEqual([])
        }
        const [catalog, rows] = [await readCatalog(db), await contentOf(migrations, applied)]
        await db.rewind(mark)
        await createMigrator(db, { migrations }).to(versionAt(migrations, applied))
        expect(await readCatalog(db)).toStrictEqual(catalog)
        expect(await contentOf(migrations, applied)).toStrictEqual(rows)
      })
      .beforeEach(() => db.rewind(mark)),
    runs(8),
  )
  // Ways of one step alone would not tell in which order several are taken.
  for (const seen of Object.values(lengths)) expect(Math.max(...seen)).toBeGreaterThan(3)
})

/** The rows that migrations wrote, and what the ledger knows of them but the times. */
async function contentOf(migrations: readonly Migration[], applied: number): Promise<unknown> {
  const { rows } = await db.query(
    `SELECT version, name, checksum FROM ${ledgerName} ORDER BY version`,
  )
  const first = migrations[0]!.version
  const table = applied === 0 ? undefined : await db.query(`TABLE t${first} ORDER BY 1`)
  return [rows, table?.rows]
}

import { writeFile } from 'node:fs/promises'
import pg from 'pg'
import { openTestWorker } from '../../src/harness/test-worker.ts'
import { createMigrator, fromPg } from '../../src/index.ts'
import { startRealServer } from '../../test/support/real-server.ts'
import { median, timeMs } from '../measured.ts'
import { rounds } from './rounds.ts'
import { assertCount, openPlain, truncateStatement, writeRows } from './work.ts'

/** Other ways to a database as it was, in milliseconds. */
export interface Resets {
  readonly cloneMs: number
  readonly truncateMs: number
  readonly versions: Readonly<Record<string, string>>
}

/** On a PGlite with the same migrations. Also writes the tar that others boot from. */
export async function measurePlainResets(tarFile: string): Promise<Resets> {
  const { pglite, database } = await openPlain()
  const cloneTimes: number[] = []
  const { rows } = await database.query<{ n: number; version: string }>(
    `SELECT count(*)::int AS n, current_setting('server_version') AS version
     FROM driftpin_migrations`,
  )
  const { n, version } = rows[0]!
  for (let round = 0; round < rounds.clones; round++) {
    const started = performance.now()
    const clone = await pglite.clone()
    await clone.waitReady
    cloneTimes.push(performance.now() - started)
    const found = await clone.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM driftpin_migrations',
    )
    if (found.rows[0]!.n !== n) throw new Error('The clone is not the same database.')
    await clone.close()
  }
  const tar = await pglite.dumpDataDir('none')
  await writeFile(tarFile, new Uint8Array(await tar.arrayBuffer()))
  const truncate = await truncateStatement(database)
  const truncateTimes: number[] = []
  for (let round = 0; round < rounds.truncates + 5; round++) {
    await writeRows(database)
    const ms = await timeMs(() => pglite.exec(truncate))
    await assertCount(database, 0)
    if (round >= 5) truncateTimes.push(ms)
  }
  await pglite.close()
  return {
    cloneMs: median(cloneTimes),
    truncateMs: median(truncateTimes),
    versions: { postgresql: `${version} (PGlite, in memory)` },
  }
}

/** A database for each test on a server, in milliseconds. */
export interface ServerTimes {
  /** CREATE DATABASE from a migrated template, a connection to it, and DROP DATABASE. */
  readonly byHandMs: number
  /**
   * The same by the harness, which also looks for what the test left, and drops what others left.
   */
  readonly harnessMs: number
  readonly version: string
}

const countMigrations = 'SELECT count(*)::int AS n FROM driftpin_migrations'

export async function measureServer(): Promise<ServerTimes> {
  await using server = await startRealServer(18)
  const { migrations, ...times } = await measureByHand(server.url)
  return { ...times, harnessMs: await measureServerHarness(server.url, migrations) }
}

async function measureByHand(url: string) {
  const urlOf = (name: string) => url.replace(/postgres$/, name)
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  const version = (await admin.query('SHOW server_version')).rows[0].server_version as string
  await admin.query('CREATE DATABASE bench_template')
  const pool = new pg.Pool({ connectionString: urlOf('bench_template'), max: 1 })
  const { length } = await createMigrator(fromPg(pool)).up()
  await pool.end()
  const times: number[] = []
  for (let round = 0; round < rounds.templates + 3; round++) {
    const name = `bench_${round}`
    let ms = 0
    const client = new pg.Client({ connectionString: urlOf(name) })
    ms += await timeMs(async () => {
      await admin.query(`CREATE DATABASE ${name} TEMPLATE bench_template`)
      await client.connect()
    })
    assertMigrated((await client.query(countMigrations)).rows, length)
    await client.end()
    ms += await timeMs(() => admin.query(`DROP DATABASE ${name}`))
    if (round >= 3) times.push(ms)
  }
  await admin.end()
  return { byHandMs: median(times), version, migrations: length }
}

async function measureServerHarness(server: string, migrations: number): Promise<number> {
  const worker = await openTestWorker({ server })
  const times: number[] = []
  for (let round = 0; round < rounds.templates + 3; round++) {
    let given: Awaited<ReturnType<typeof worker.begin>> | undefined
    let ms = await timeMs(async () => {
      given = await worker.begin('rewind')
    })
    const { rows } = await given!.db.query<{ n: number }>(countMigrations)
    assertMigrated(rows, migrations)
    ms += await timeMs(() => given!.end({ name: 'bench', hasFailed: false }))
    if (round >= 3) times.push(ms)
  }
  await worker.close()
  return median(times)
}

function assertMigrated(rows: readonly { readonly n: number }[], length: number): void {
  if (rows[0]!.n !== length) throw new Error('The copy of the template is not migrated.')
}

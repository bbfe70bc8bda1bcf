import { fileURLToPath } from 'node:url'
import type { Database } from '../../src/database/index.js'
import {
  type EmbeddedHarnessOptions,
  type HarnessStatistics,
  openHarness,
} from '../../src/harness/index.js'
import type { Extensions } from '../../src/pglite/index.js'
import { run } from '../support/run-command.js'

/** What another process is asked to do with a harness of its own. */
export interface Task {
  readonly migrations: string | false
  readonly cacheDirectory: string
  readonly randomSeed?: number
  readonly clock?: 'test'
  readonly cacheKey?: string
  /** SQL that a seed function runs. */
  readonly seed?: string
  /** Names of extensions that PGlite brings. */
  readonly contrib?: readonly string[]
  /** Asked of one fork, one after the other. */
  readonly sql: readonly string[]
}

export interface Told {
  readonly rows: readonly (readonly Record<string, unknown>[])[]
  readonly statistics: HarnessStatistics
  readonly seedRuns: number
}

const self = fileURLToPath(import.meta.url)

/** Does a task in a process of its own, and ends with an error where that fails. */
export async function askOtherProcess(task: Task): Promise<Told> {
  const cwd = fileURLToPath(new URL('../../', import.meta.url))
  const args = ['--import', 'tsx', self, JSON.stringify(task)]
  const { code, stdout, stderr } = await run(process.execPath, args, { cwd })
  if (code !== 0) throw new Error(`The other process ended with ${code}: ${stderr}`)
  return JSON.parse(stdout)
}

async function extensionsOf(names: readonly string[]): Promise<Extensions> {
  const extensions: Extensions = {}
  for (const name of names) {
    extensions[name] = (await import(`@electric-sql/pglite/contrib/${name}`))[name]
  }
  return extensions
}

async function work({ sql, seed, contrib = [], ...options }: Task): Promise<Told> {
  let seedRuns = 0
  await using harness = await openHarness({
    ...options,
    extensions: await extensionsOf(contrib),
    ...(seed !== undefined && {
      seed: async (db: Database) => {
        seedRuns++
        await db.script(seed)
      },
    }),
  } as EmbeddedHarnessOptions)
  await using db = await harness.createDatabase()
  const rows: Record<string, unknown>[][] = []
  for (const text of sql) rows.push((await db.query<Record<string, unknown>>(text)).rows)
  return { rows, statistics: harness.statistics, seedRuns }
}

if (process.argv[1] === self) {
  process.stdout.write(JSON.stringify(await work(JSON.parse(process.argv[2]!))))
}

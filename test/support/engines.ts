import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { type Harness, openHarness } from '../../src/harness/index.js'
import {
  type AdapterOptions,
  type Database,
  fromPGlite,
  fromPg,
  type Queryable,
  type Transaction,
} from '../../src/index.js'
import { createMigrator } from '../../src/migrations/create-migrator.js'
import {
  installedDatabase,
  installedHarness,
  installedOnServers,
  installedSchemas,
  schemaOf,
} from './installed-harness.js'
import { queryOnce } from './query-once.js'
import { serverUrl } from './server-url.js'
import { uniqueName } from './unique-name.js'
import { urlWith } from './url-with.js'

/** An engine that a test file runs on, once it was opened. */
export interface Engine {
  readonly name: string
  /** True for one that has several sessions. */
  readonly concurrent: boolean
  /** A database handle on a schema of this engine, in which nothing may be yet. */
  database(schema: string, options?: AdapterOptions): Database
  /** A schema of its own with driftpin's tables in it. */
  install(): Promise<Database>
}

interface Opened {
  database(schema: string, options?: AdapterOptions): Database
  /** So many schemas have driftpin's tables from the start. */
  readonly installed: number
  close(): Promise<void>
}

/**
 * One for all files of a process: an instance that a file has closed is the next one's, rewound.
 */
let harness: Promise<Harness> | undefined

async function openPGlite(): Promise<Opened> {
  harness ??= openHarness(installedHarness)
  const db = await (await harness).createDatabase()
  const { pglite } = db
  return {
    database: (schema, options) => fromPGlite(pglite, { ...options, schema }),
    close: () => db.close(),
    installed: installedSchemas,
  }
}

async function openServer(major: number): Promise<Opened> {
  const url = serverUrl(major)
  const name = uniqueName('test')
  // Twice as fast as writing the copy to the log, which is the default since PostgreSQL 15.
  const strategy = major >= 15 ? 'STRATEGY file_copy' : ''
  await queryOnce(url, `CREATE DATABASE ${name} TEMPLATE ${installedDatabase} ${strategy}`)
  const connectionString = urlWith(url, { pathname: `/${name}` })
  const pool = new pg.Pool({ connectionString, max: 20 })
  return {
    database: (schema, options) => fromPg(pool, { ...options, schema }),
    close: () => pool.end(),
    installed: installedOnServers,
  }
}

/** Every engine that tests run on, by name; each opens one that is closed after the file. */
export const engineNames = ['PGlite', 'PostgreSQL 14', 'PostgreSQL 18'] as const

/** Opens an engine for the tests of the enclosing `describe`. */
export function useEngine(name: (typeof engineNames)[number]): Engine {
  let opened: Opened
  let installs = 0
  beforeAll(async () => {
    if (name === 'PGlite') {
      opened = await openPGlite()
      return
    }
    opened = await openServer(Number(name.split(' ')[1]))
  })
  afterAll(async () => {
    await opened?.close()
  })
  const database: Engine['database'] = (...args) => opened.database(...args)
  return {
    name,
    concurrent: name !== 'PGlite',
    database,
    async install() {
      installs += 1
      const installed = database(schemaOf(installs))
      if (installs > opened.installed) await createMigrator(installed).up()
      return installed
    },
  }
}

/** A queryable that notes every text it is asked to run, in its transactions too. */
export function recording(queryable: Queryable, texts: string[]): Database {
  return new Proxy(queryable, {
    get(target, property) {
      const value = Reflect.get(target, property)
      if (property === 'query' || property === 'script') {
        return (text: string, ...rest: unknown[]) => {
          texts.push(text)
          return value.call(target, text, ...rest)
        }
      }
      if (property === 'transaction' || property === 'withSession') {
        return (work: (inner: Transaction) => Promise<unknown>, ...rest: unknown[]) =>
          value.call(target, (inner: Queryable) => work(recording(inner, texts) as never), ...rest)
      }
      return typeof value === 'function' ? value.bind(target) : value
    },
  }) as Database
}

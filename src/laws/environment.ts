import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, notificationChannel } from '../database/index.js'
import type { TestClock } from '../harness/index.js'
import { ledgerName, type Migration } from '../migrations/index.js'
import { openRowReader, type RowReader } from './row-reader.js'

/** A database that contains the schema twice, in which histories run one after the other. */
export interface Environment {
  /** Such as `PGlite (PostgreSQL 18.4)` or `PostgreSQL 18.4`. */
  readonly engine: string
  readonly installations: readonly [Installation, Installation]
  /** The clock of the database, if it can be set. */
  readonly clock: TestClock | undefined
  /** Returns to the start of every history: to empty tables, or to the state of `beginHere`. */
  reset(): Promise<void>
  /** Makes the present state the start of every history. Undefined if that is impossible. */
  beginHere?(): Promise<void>
  /** A hash of everything that a history left, to compare two runs of one history. */
  digest(): Promise<string>
  /** Keeps the database of a failure, and returns how to open it. */
  keep(): Promise<string>
  close(): Promise<void>
}

/** One of the two schemas of an environment. */
export interface Installation {
  readonly name: 'first' | 'second'
  readonly database: Database
  readonly reader: RowReader
  readonly listener: Awaited<ReturnType<typeof openListener>>
}

/**
 * Opens a schema that was migrated.
 *
 * @param options.prepared See {@link openRowReader}.
 */
export async function openInstallation(
  name: Installation['name'],
  database: Database,
  options: Pick<EnvironmentOptions, 'prepare'> & { readonly prepared: boolean },
): Promise<Installation> {
  await options.prepare?.(database)
  const reader = await openRowReader(database, {
    except: [ledgerName],
    prepared: options.prepared,
  })
  return { name, database, reader, listener: await openListener(database) }
}

/** The parameters of every environment. */
export interface EnvironmentOptions {
  readonly migrations: readonly Migration[]
  /** Whether the migrations are driftpin's own. */
  readonly isOurs?: boolean
  /** Changes the schema after it was migrated, for example to plant a defect. */
  readonly prepare?: ((database: Database) => Promise<void>) | undefined
}

/** The names of the two schemas in an embedded database. */
export const schemas = { first: 'public', second: 'the second' } as const

const pauseMs = 1
const listenTimeoutMs = 10_000

/**
 * Collects the notifications of the operations on one installation. They arrive in the order of
 * their commits, so that `take` sends one of its own and waits for it: all earlier ones are there.
 */
export async function openListener(database: Database) {
  const channel = notificationChannel(database.schema)
  const received: string[] = []
  let lost: unknown
  const onError = (error: unknown) => {
    lost = error
  }
  const close = await database.listen(channel, (payload) => void received.push(payload), {
    onError,
  })
  return {
    /** The payloads that were sent since the last call. */
    async take(): Promise<readonly string[]> {
      const last = randomUUID()
      await database.query('SELECT pg_catalog.pg_notify($1, $2)', [channel, last])
      const deadline = performance.now() + listenTimeoutMs
      while (!received.includes(last)) {
        if (lost || performance.now() > deadline) {
          throw new Error(`No notification arrives on ${channel}.`, { cause: lost })
        }
        await sleep(pauseMs)
      }
      return received.splice(0).filter((payload) => payload !== last)
    },
    close,
  }
}

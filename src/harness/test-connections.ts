import type { PGlite } from '@electric-sql/pglite'
import type pg from 'pg'
import { callSite } from '../database/index.js'
import {
  findSharedEngine,
  openWatchedPool,
  type PGliteServer,
  type SharedEngine,
  serve,
  type WatchedPool,
} from '../pglite/index.js'

/** Shorter than the time limit of a test, so that the test fails with the reason of the wait. */
const waitMsMax = 3000

/** The clients of one test database: those of its pool, and those that connect to its URL. */
export class TestConnections {
  readonly #source: { readonly pglite: PGlite }
  readonly #engine: () => SharedEngine | undefined
  #pool: WatchedPool | undefined
  #server: Promise<PGliteServer> | undefined

  /**
   * @param instance Has another PGlite after a rewind that had to replace it.
   * @param refuse Throws if new connections are not allowed any more.
   */
  constructor(instance: { readonly pglite: PGlite }, refuse: () => void) {
    this.#source = {
      get pglite() {
        refuse()
        return instance.pglite
      },
    }
    this.#engine = () => findSharedEngine(instance.pglite)
  }

  get pool(): pg.Pool {
    // The code under test may have ended the previous pool.
    if (!this.#pool || this.#pool.pool.ending) {
      this.#pool = openWatchedPool(this.#source, { waitMsMax })
    }
    return this.#pool.pool
  }

  async url(): Promise<string> {
    this.#server ??= serve(this.#source, { waitMsMax })
    return (await this.#server).url
  }

  /** What a test left open or running, with the line that opened it if that is known. */
  leaks(): string[] {
    const held = [...(this.#pool?.checkedOut.values() ?? [])].map(
      (at) => `a client of the pool that was not released, by\n${callSite(at, 1)}`,
    )
    const clients = this.#engine()?.clients ?? []
    const busy = clients.filter(({ activity }) => activity !== 'idle')
    const running = busy.map(({ activity, lastStatement }) =>
      activity.startsWith('idle')
        ? `a client that is ${activity}, after ${lastStatement}`
        : `a query in flight: ${lastStatement}`,
    )
    return [...held, ...running]
  }

  /** Settles when the pool has given up the clients that a rewind has ended. */
  async rewound(): Promise<void> {
    await this.#pool?.settle()
  }

  async close(): Promise<void> {
    const [watched, server] = [this.#pool, this.#server]
    this.#pool = undefined
    this.#server = undefined
    await (await server)?.close()
    await watched?.terminate()
    // A client that somebody still holds would be waited for, and is of no use any more.
    watched?.pool.end().catch(() => {})
  }
}

import type { Duplex } from 'node:stream'
import type { PGlite } from '@electric-sql/pglite'
import { untilInputHasArrived } from './client-link.js'
import { sharedEngineOf } from './direct-session.js'
import type { SharedEngine } from './shared-engine.js'
import { WireConnection, type WireOptions } from './wire-connection.js'

/**
 * A PGlite, or what has one: a database of the harness, which may have another one later.
 *
 * @example
 * ```ts
 * const count = async (source: PGliteSource) => {
 *   const pool = openPool(source)
 *   return (await pool.query('SELECT count(*) FROM chats')).rows[0]
 * }
 * ```
 */
export type PGliteSource = PGlite | { readonly pglite: PGlite }

type Options = ConnectionOptions & Pick<WireOptions, 'keepsIdle'> & { readonly password?: string }

/** The clients of a pool or of a server. */
export class ClientConnections {
  readonly #source: PGliteSource
  readonly #waitMsMax: number | undefined
  readonly #options: WireOptions
  readonly #open = new Set<WireConnection>()

  constructor(
    source: PGliteSource,
    { waitMsMax, batchBytesMax = batchBytesMaxDefault, password, keepsIdle }: Options,
  ) {
    this.#source = source
    this.#waitMsMax = waitMsMax
    const cancel = (pid: number, secret: number) => this.#cancel(pid, secret)
    this.#options = { password, batchBytesMax, keepsIdle, cancel }
    // From now on, listeners that are added through PGlite are recorded.
    this.#engine()
  }

  #engine(): SharedEngine {
    const source = this.#source
    return sharedEngineOf('pglite' in source ? source.pglite : source)
  }

  /** The epoch of the current engine; undefined if the database is closed. */
  get epoch(): object | undefined {
    try {
      return this.#engine().epoch
    } catch {
      return undefined
    }
  }

  get all(): readonly WireConnection[] {
    return [...this.#open]
  }

  /** @throws The error of the source if the database is closed. */
  add(stream: Duplex): void {
    const engine = this.#engine()
    if (this.#waitMsMax !== undefined) engine.waitMsMax = this.#waitMsMax
    const connection = new WireConnection(engine, stream, this.#options)
    this.#open.add(connection)
    void connection.ended.then(() => this.#open.delete(connection))
  }

  /** Ends all of them, as a server does at shutdown. */
  async close(): Promise<void> {
    // A client that has ended by itself gets no error.
    await untilInputHasArrived()
    for (const connection of this.#open) connection.close()
    await this.untilEnded()
  }

  /** Settles when the sessions of all clients that have ended are removed. */
  async untilEnded(): Promise<void> {
    await Promise.all(this.all.filter(({ isEnded }) => isEnded).map(({ ended }) => ended))
  }

  #cancel(pid: number, secret: number): void {
    const known = this.all.find(({ session }) => session.pid === pid)
    if (known?.secret === secret) known.session.cancel()
  }
}

/**
 * Options that `openPool` and `serve` share.
 *
 * @example
 * ```ts
 * const impatient: ConnectionOptions = { waitMsMax: 1000 }
 * const pool = openPool(pglite, impatient)
 * ```
 */
export interface ConnectionOptions {
  /**
   * How long a statement waits, in milliseconds, for the client that has a transaction open, before
   * it fails with SQLSTATE 55P03 and names that client's last statement; 30,000 by default. It
   * applies to all clients of the same PGlite.
   */
  readonly waitMsMax?: number
  /**
   * The longest message, batch of messages, data of one COPY and answer, in bytes; 256 MiB by
   * default. A client that sends more gets an error and, if necessary, loses its connection. A
   * statement with a larger answer fails with SQLSTATE 54000.
   */
  readonly batchBytesMax?: number
}

const batchBytesMaxDefault: number = 256 * 1024 * 1024

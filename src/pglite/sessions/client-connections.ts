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

type DoorOptions = ConnectionOptions & {
  readonly password?: string | undefined
  readonly isGentle: boolean
}

/** The clients that came by one door: a pool, or a server. */
export class ClientConnections {
  readonly #source: PGliteSource
  readonly #waitMsMax: number | undefined
  readonly #options: WireOptions
  readonly #open = new Set<WireConnection>()

  constructor(
    source: PGliteSource,
    { waitMsMax, batchBytesMax = batchBytesMaxDefault, password, isGentle }: DoorOptions,
  ) {
    this.#source = source
    this.#waitMsMax = waitMsMax
    const cancel = (pid: number, secret: number) => this.#cancel(pid, secret)
    this.#options = { password, batchBytesMax, isGentle, cancel }
    // From now on: who listens through PGlite before the first client comes is to be heard of.
    this.#engine()
  }

  #engine(): SharedEngine {
    const source = this.#source
    return sharedEngineOf('pglite' in source ? source.pglite : source)
  }

  /** The epoch of the engine there is now; undefined where there is none any more. */
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

  /** @throws What the source says where it has no PGlite any more. */
  add(stream: Duplex): void {
    const engine = this.#engine()
    if (this.#waitMsMax !== undefined) engine.waitMsMax = this.#waitMsMax
    const connection = new WireConnection(engine, stream, this.#options)
    this.#open.add(connection)
    void connection.ended.then(() => this.#open.delete(connection))
  }

  /** Ends all of them, as a server does that is shut down. */
  async close(): Promise<void> {
    // One that has taken its leave is not to be told anything.
    await untilInputHasArrived()
    for (const connection of this.#open) connection.close()
    await this.untilEnded()
  }

  /** Settles when nothing is left of those that have ended. */
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

/**
 * What can be told to those who share a PGlite between clients.
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
   * holds for all that use the same PGlite.
   */
  readonly waitMsMax?: number
  /**
   * The longest message, batch of messages, data of one COPY and answer, in bytes; 256 MiB by
   * default. A client that sends more is refused, and dropped where it has to be; one that asks for
   * more gets an error (54000) instead.
   */
  readonly batchBytesMax?: number
}

export const batchBytesMaxDefault: number = 256 * 1024 * 1024

import { sha256 } from '../database/sha256.js'

/** Which way a migration is run. */
export type Direction = 'up' | 'down'

/** One file of a migration. */
export interface MigrationScript {
  /** The name of the file, for messages. */
  readonly file: string
  /** What it holds, without a byte order mark and with line feeds only. */
  readonly text: string
  /**
   * False for the rare file whose first line is `-- driftpin: no transaction`, or whose only
   * statement PostgreSQL refuses in one.
   */
  readonly transaction: boolean
}

/** One step of the schema: a pair of SQL files that share a number and a name. */
export interface Migration {
  readonly version: number
  readonly name: string
  readonly up: MigrationScript
  /** Undefined only in a forward-only folder. */
  readonly down: MigrationScript | undefined
}

/** sha256 over both files, in hexadecimal: what tells an edited migration from an applied one. */
export async function checksumOf({ up, down }: Migration): Promise<string> {
  return Buffer.from(await sha256(`${up.text}\0${down?.text ?? ''}`)).toString('hex')
}

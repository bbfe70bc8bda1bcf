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
  const text = `${up.text}\0${down?.text ?? ''}`
  // WebCrypto sends each of hundreds to another thread and back, so that Node's own is preferred.
  const node = globalThis.process?.getBuiltinModule?.('node:crypto')
  if (node) return node.createHash('sha256').update(text).digest('hex')
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return Buffer.from(digest).toString('hex')
}

import { sha256 } from '../database/index.js'

/**
 * The direction in which a migration runs.
 *
 * @example
 * ```ts
 * const wayBack: Direction = 'down'
 * const steps = await createMigrator(database).plan(0)
 * console.log(steps.every(({ direction }) => direction === wayBack))
 * ```
 */
export type Direction = 'up' | 'down'

/**
 * One file of a migration.
 *
 * @example
 * ```ts
 * const isAlone = ({ transaction }: MigrationScript) => !transaction
 * const migrations = await readMigrations('db/migrations')
 * console.log(migrations.filter(({ up }) => isAlone(up)).map(({ up }) => up.file))
 * ```
 */
export interface MigrationScript {
  /** The name of the file, for messages. */
  readonly file: string
  /** Its text, without a byte order mark and with line feeds only. */
  readonly text: string
  /**
   * False if the first line is `-- driftpin: no transaction`, or if PostgreSQL refuses the only
   * statement in a transaction.
   */
  readonly transaction: boolean
}

/**
 * One step of the schema: a pair of SQL files that share a number and a name.
 *
 * @example
 * ```ts
 * const migrations: Migration[] = await readMigrations('db/migrations')
 * console.log(migrations.map(({ version, name }) => `${version} ${name}`))
 * ```
 */
export interface Migration {
  /** The number in front of the name of its files. */
  readonly version: number
  /** The rest of that name. */
  readonly name: string
  /** The file that applies it. */
  readonly up: MigrationScript
  /** Undefined only in a forward-only folder. */
  readonly down: MigrationScript | undefined
}

/** sha256 over both files, in hexadecimal. It shows whether an applied migration was edited. */
export async function checksumOf({ up, down }: Migration): Promise<string> {
  return Buffer.from(await sha256(`${up.text}\0${down?.text ?? ''}`)).toString('hex')
}

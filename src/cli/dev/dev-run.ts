import type { ChosenMigrations, MigrationFlags } from '../migrations.js'
import type { Stop } from '../stop.js'
import type { DevReport } from './dev-report.js'
import type { DevTemplate } from './new-database.js'
import type { ServedDatabase } from './served-database.js'

/** Next to PostgreSQL's own port, which is often in use. */
export const usualPort = 5433

/** The options of `driftpin dev`. */
export interface DevOptions extends MigrationFlags {
  readonly data?: string
  readonly memory?: boolean
  readonly port?: number
  /** An SQL file, or `none`. */
  readonly seed?: string
  readonly watch?: string
  readonly fresh?: boolean
  readonly json?: boolean
}

/** A run of `driftpin dev`. */
export interface DevRun extends ChosenMigrations {
  readonly options: DevOptions
  /** Reads the content of a new database. */
  readonly template: () => Promise<DevTemplate>
  /** The real path of the directory to watch. */
  readonly watch: string | undefined
  readonly stop: Stop
  readonly report: DevReport
}

/** A database that was started. */
export interface StartedDatabase {
  readonly database: ServedDatabase
  /** Whether it was created by this run. */
  readonly isNew: boolean
  /** The seed that this run put into it; null if it did not. */
  readonly seeded: string | null
}

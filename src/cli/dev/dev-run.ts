import type { MigratorOptions } from '../../migrations/index.js'
import type { Stop } from '../open-stop.js'
import type { MigrationSource } from '../remembered-migrations.js'
import type { DevOptions } from './dev-options.js'
import type { DevReport } from './dev-report.js'
import type { FolderDatabase, ServedDatabase } from './folder-database.js'
import type { DevTemplate } from './template-options.js'

/** What every step of a run takes. */
export interface DevRun {
  readonly options: DevOptions
  /** Which migrations, and what the database of the data folder was made with before. */
  readonly source: MigrationSource
  readonly remembered: MigrationSource | undefined
  /** The same migrations, read. */
  readonly migrator: MigratorOptions
  /** What a new database is made from; read once, when it is first asked for. */
  readonly template: () => Promise<DevTemplate>
  /** The directory to watch, by its real path. */
  readonly watch: string | undefined
  readonly stop: Stop
  readonly report: DevReport
}

/** A database, and the data folder that it is in; null in memory. */
export type PlacedDatabase =
  | { readonly database: FolderDatabase; readonly folder: string }
  | { readonly database: ServedDatabase; readonly folder: null }

/** A database that was started, and what is to be known about it. */
export type StartedDatabase = PlacedDatabase & {
  /** Whether it was made just now. */
  readonly isNew: boolean
  /** What was put into it just now. */
  readonly seeded: string | null
}

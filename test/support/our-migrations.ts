import { bundledFiles } from '../../src/migrations/generated/bundled.js'
import { parseMigrations } from '../../src/migrations/parse-migrations.js'

/** The migrations that the package has, so that no test counts them. */
export const ourMigrations = parseMigrations(bundledFiles)

/** The last of them. */
export const newestMigration = ourMigrations.at(-1)!

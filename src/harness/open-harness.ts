import { openEmbeddedHarness } from './embedded-harness.js'
import type { Harness } from './harness.js'
import type {
  EmbeddedHarnessOptions,
  HarnessOptions,
  PlainHarnessOptions,
} from './harness-options.js'
import { type AnyHarnessOptions, parseOptions } from './parse-options.js'
import type { PlainTestDatabase, TestDatabase } from './test-database.js'

/**
 * Opens a harness, which creates databases for tests. The first call in a project creates a
 * database from the migrations and the seed, which takes seconds, and caches an image of it. After
 * that a new process has its first database in about 0.2 seconds.
 *
 * @throws DriftpinError `invalid_input` for unknown or contradictory options,
 * `migrations_unreadable` and `migration_failed` for the migrations, `seed_failed` and
 * `setup_failed` for the caller's files and functions, `cache_unwritable`, and `server_unusable`
 * for a server on which databases cannot be created.
 *
 * @example
 * ```ts
 * await using harness = await openHarness({ migrations: './db/migrations' })
 * await using db = await harness.createDatabase()
 * const mark = await db.mark()
 * await db.query('INSERT INTO users (name) VALUES ($1)', ['Ada'])
 * await db.rewind(mark)
 * ```
 */
export function openHarness(options?: EmbeddedHarnessOptions): Promise<Harness>
/**
 * Opens a harness whose databases start without images.
 *
 * @example
 * ```ts
 * await using harness = await openHarness({ migrations: './db/migrations', images: false })
 * ```
 */
export function openHarness(options: PlainHarnessOptions): Promise<Harness<PlainTestDatabase>>
/**
 * Opens a harness whose databases may be on a server. Each is a copy of a template and is dropped
 * when it is closed.
 *
 * @example
 * ```ts
 * await using harness = await openHarness({
 *   server: 'postgres://postgres:secret@127.0.0.1:5432/postgres',
 *   migrations: './db/migrations',
 * })
 * await using db = await harness.createDatabase()
 * await db.query('INSERT INTO users (name) VALUES ($1)', ['Ada'])
 * ```
 */
export function openHarness(options: HarnessOptions): Promise<Harness<TestDatabase>>
export async function openHarness(options: AnyHarnessOptions = {}): Promise<Harness<TestDatabase>> {
  const parsed = await parseOptions(options)
  if (parsed.server === undefined) return await openEmbeddedHarness(parsed)
  const { openServerHarness } = await import('./server/server-harness.js')
  return await openServerHarness({ ...parsed, server: parsed.server })
}

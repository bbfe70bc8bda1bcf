import { readManifest } from '../../catalog/index.js'
import { fromPGlite } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { ledgerName } from '../../migrations/index.js'
import type { GeneratedFile } from '../generate/generate.js'
import { type MigrationSource, withMigrated } from '../generate/migrated-database.js'
import { renderDrizzle } from './render-drizzle.js'
import { renderPrisma } from './render-prisma.js'
import { createTargetCatalog } from './target-catalog.js'

const targets = {
  drizzle: { file: 'drizzle.ts', render: renderDrizzle },
  prisma: { file: 'models.prisma', render: renderPrisma },
} as const

/**
 * A tool whose schema {@link generateTarget} writes.
 *
 * @example
 * ```ts
 * const target: TargetName = 'drizzle'
 * await writeGenerated('src/db', await generateTarget(target, { migrations: './db/migrations' }))
 * ```
 */
export type TargetName = keyof typeof targets

/** All targets. */
export const targetNames = Object.keys(targets) as TargetName[]

/**
 * Generates the schema of another tool from a folder of migrations: `drizzle.ts` for Drizzle, or
 * `models.prisma` for Prisma. It describes all schemas of the database, and its first lines list
 * what the tool cannot express. It migrates an embedded database and writes no files.
 *
 * @param source.migrations A folder of migrations; driftpin's own by default.
 * @throws DriftpinError whatever is wrong with the folder; `invalid_input` for an unknown target.
 *
 * @example
 * ```ts
 * const files = await generateTarget('drizzle', { migrations: './db/migrations' })
 * await writeGenerated('./src/db', files)
 * ```
 */
export async function generateTarget(
  target: TargetName,
  source: MigrationSource = {},
): Promise<GeneratedFile[]> {
  if (!Object.hasOwn(targets, target)) {
    const message = `There is no target ${JSON.stringify(target)}. Name one of ${targetNames.join(', ')}.`
    throw new DriftpinError('invalid_input', message, { target, targets: targetNames })
  }
  const { file, render } = targets[target]
  return await withMigrated(source, async ({ pglite }) => {
    const database = fromPGlite(pglite, { schema: 'public' })
    const manifest = await readManifest(database, { except: [ledgerName], withOthers: true })
    const { rows } = await database.query<{ name: string }>(
      `SELECT nspname::text AS name FROM pg_catalog.pg_namespace WHERE nspname <> 'public'`,
    )
    const others = rows.map(({ name }) => name)
    const text = render(
      createTargetCatalog(manifest, others),
      `driftpin generate --target ${target}`,
    )
    return [{ file, text }]
  })
}

import { DriftpinError, messageOf } from '../errors.js'
import {
  byBytes,
  findLeftOut,
  type LeftOut,
  listFolder,
  ofLiquibase,
  readFiles,
  refuseLeftOut,
  scriptsIn,
  shownMax,
  type Unreadable,
} from './folder-files.js'
import { inOrderOfRunning } from './migration-folder-order.js'
import type { MigrationFile } from './parse-migrations.js'

/** Which tool's layout a folder of migrations follows; `forward-only` is plain SQL files. */
export type MigrationTool = 'pairs' | 'forward-only' | 'prisma' | 'drizzle'

/** The files of a folder that are run, in their order; for pairs, all files. */
export interface FolderFiles {
  readonly tool: MigrationTool
  readonly files: readonly MigrationFile[]
}

const journalFile = 'meta/_journal.json'
const formattedChangelog = /^\s*--\s*liquibase\s+formatted\s+sql\b/i

/**
 * Finds out which tool the migrations in a folder are for, and reads the files that this tool would
 * run.
 *
 * @throws DriftpinError `migrations_unreadable`, also for a folder of which only a part can be run.
 */
export async function findMigrationFiles(directory: string): Promise<FolderFiles> {
  const unreadable = (why: string, cause: unknown) =>
    new DriftpinError(
      'migrations_unreadable',
      `The migrations in ${directory} cannot be read: ${why}. Looked for ${journalFile} of ` +
        'Drizzle, subfolders with a migration.sql as of Prisma, pairs such as ' +
        '000001_create_users.up.sql and .down.sql, and any other .sql files, all in ' +
        'UTF-8. Name the folder that these are in.',
      cause,
    )
  const read = (files: readonly string[]) => readFiles(directory, files, unreadable)
  const paths = await listFolder(directory, unreadable)
  if (paths.includes(journalFile)) {
    const [journal] = await read([journalFile])
    return { tool: 'drizzle', files: await read(await journaled(journal!.text, unreadable)) }
  }
  const { tool, names, leftOut } =
    inSubfolders(paths, unreadable) ?? inOneFolder(directory, paths, unreadable)
  refuseLeftOut(directory, tool, leftOut)
  const isForward = tool === 'forward-only'
  const files = await read(isForward ? inOrderOfRunning(directory, names) : names)
  const isChangelog = ({ text }: MigrationFile) => isForward && formattedChangelog.test(text)
  const changelogs = files.filter(isChangelog).map(({ file }) => ({ file, why: ofLiquibase }))
  refuseLeftOut(directory, tool, changelogs)
  return { tool, files }
}

/** Which files a tool would run, and which it would leave out. */
interface FolderNames {
  readonly tool: MigrationTool
  readonly names: readonly string[]
  readonly leftOut: readonly LeftOut[]
}

/** The files that the journal of Drizzle lists, in its order. */
async function journaled(text: string, unreadable: Unreadable): Promise<string[]> {
  // Loaded only if needed: loading it takes longer than the first query of a process.
  const { z } = await import('zod')
  const journal = z.object({ entries: z.array(z.object({ tag: z.string() })) })
  let entries: { readonly tag: string }[]
  try {
    entries = journal.parse(JSON.parse(text)).entries
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error)
    throw unreadable(`${journalFile} is not a journal of Drizzle: ${why}`, error)
  }
  if (entries.length === 0) throw unreadable(`${journalFile} lists no migration`, { text })
  return entries.map(({ tag }) => `${tag}.sql`)
}

const dirOf = (path: string) => path.slice(0, path.indexOf('/') + 1)

/** The migrations that have a folder each; undefined if there are none. */
function inSubfolders(paths: readonly string[], unreadable: Unreadable): FolderNames | undefined {
  const names = paths.filter((path) => /^[^/]+\/migration\.sql\/?$/.test(path)).sort(byBytes)
  if (names.length === 0) return undefined
  const isOfMigration = (path: string) => names.some((name) => path.startsWith(dirOf(name)))
  const others = paths.filter((path) => !isOfMigration(path))
  const scripts = scriptsIn(paths).map((file) => ({ file, why: `a script beside ${names[0]}` }))
  const leftOut = [...scripts, ...findLeftOut(others)]
  const isPrisma = paths.includes('migration_lock.toml')
  const hasSnapshot = names.some((name) => paths.includes(`${dirOf(name)}snapshot.json`))
  if (hasSnapshot && !isPrisma) return { tool: 'drizzle', names, leftOut }
  const empty = others.find((path) => /^[^/]+\/$/.test(path))?.slice(0, -1)
  if (empty === undefined) return { tool: 'prisma', names, leftOut }
  // Prisma also refuses such a folder: the file of the migration may be lost.
  throw unreadable(`the folder ${empty} has no migration.sql, as the others have`, { empty })
}

/** The migrations that are scripts in the folder itself. */
function inOneFolder(
  directory: string,
  paths: readonly string[],
  unreadable: Unreadable,
): FolderNames {
  const scripts = scriptsIn(paths)
  const leftOut = findLeftOut(paths)
  const forward = scripts.filter((name) => !name.endsWith('.down.sql'))
  if (forward.length === 0) {
    const others = leftOut.slice(0, shownMax).map(({ file, why }) => `; ${file} is ${why}`)
    throw unreadable(`nothing in it can be run${others.join('')}`, { directory, paths })
  }
  return scripts.some((name) => name.endsWith('.up.sql'))
    ? { tool: 'pairs', names: scripts, leftOut }
    : { tool: 'forward-only', names: forward, leftOut }
}

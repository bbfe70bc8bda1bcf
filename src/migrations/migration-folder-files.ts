import { DriftpinError, messageOf } from '../errors.js'
import {
  byBytes,
  findLeftOut,
  listFolder,
  ofLiquibase,
  pathExists,
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
  if (await pathExists(`${directory}/${journalFile}`, unreadable)) {
    const [journal] = await read([journalFile])
    return { tool: 'drizzle', files: await read(await journaled(journal!.text, unreadable)) }
  }
  const paths = await listFolder(directory, unreadable)
  const scripts = scriptsIn(paths)
  const subfolders = findSubfolders(paths, unreadable)
  if (subfolders) {
    const { tool, files } = subfolders
    const isKnown = (path: string) => files.some((file) => path.startsWith(dirOf(file)))
    const beside = scripts.map((file) => ({ file, why: `a script beside ${files[0]}` }))
    const others = findLeftOut(paths.filter((path) => !isKnown(path)))
    refuseLeftOut(directory, tool, [...beside, ...others])
    return { tool, files: await read(files) }
  }
  const leftOut = findLeftOut(paths)
  const forward = scripts.filter((name) => !name.endsWith('.down.sql'))
  if (forward.length === 0) {
    const others = leftOut.slice(0, shownMax).map(({ file, why }) => `; ${file} is ${why}`)
    throw unreadable(`nothing in it can be run${others.join('')}`, { directory, paths })
  }
  const tool = scripts.some((name) => name.endsWith('.up.sql')) ? 'pairs' : 'forward-only'
  refuseLeftOut(directory, tool, leftOut)
  if (tool === 'pairs') return { tool, files: await read(scripts) }
  const files = await read(inOrderOfRunning(directory, forward))
  const changelogs = files.filter(({ text }) => formattedChangelog.test(text))
  refuseLeftOut(
    directory,
    tool,
    changelogs.map(({ file }) => ({ file, why: ofLiquibase })),
  )
  return { tool, files }
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

/** The migrations that have a folder each, if that is how they are kept here. */
function findSubfolders(paths: readonly string[], unreadable: Unreadable): FolderPaths | undefined {
  const files = paths.filter((path) => /^[^/]+\/migration\.sql\/?$/.test(path)).sort(byBytes)
  if (files.length === 0) return undefined
  const isPrisma = paths.includes('migration_lock.toml')
  const hasSnapshot = files.some((file) => paths.includes(`${dirOf(file)}snapshot.json`))
  if (hasSnapshot && !isPrisma) return { tool: 'drizzle', files }
  const isEmpty = (path: string) =>
    /^[^/]+\/$/.test(path) && !files.some((file) => file.startsWith(path))
  const empty = paths.find(isEmpty)?.slice(0, -1)
  if (empty === undefined) return { tool: 'prisma', files }
  // Prisma also refuses such a folder: the file of the migration may be lost.
  throw unreadable(`the folder ${empty} has no migration.sql, as the others have`, { empty })
}

interface FolderPaths {
  readonly tool: 'prisma' | 'drizzle'
  readonly files: readonly string[]
}

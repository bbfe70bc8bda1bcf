import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DriftpinError, messageOf } from '../errors.js'
import type { MigrationFile } from '../migrations/index.js'
import type { MigrationTool } from './migration-folder.js'
import { byBytes, inOrderOfRunning } from './migration-folder-order.js'
import { pathExists } from './path-exists.js'

/** What a folder holds: the files that are run, in their order. */
export interface FolderFiles {
  readonly tool: MigrationTool
  /** Without a byte order mark and with line feeds only. Empty for pairs, which are read apart. */
  readonly files: readonly MigrationFile[]
}

const journalFile = 'meta/_journal.json'

/**
 * Tells by what is in a folder which tool its migrations are for, and reads the files that this
 * tool would run. Names with a dot in front are passed over; links are followed.
 *
 * @throws DriftpinError `migrations_unreadable`
 */
export async function findMigrationFiles(directory: string): Promise<FolderFiles> {
  const names = await readdir(directory).catch((error) => {
    throw unreadable(directory, messageOf(error), error)
  })
  const visible = names.filter((name) => !name.startsWith('.'))
  if (visible.includes('meta') && (await pathExists(join(directory, journalFile)))) {
    return { tool: 'drizzle', files: await readAll(directory, await journaled(directory)) }
  }
  const scripts = visible.filter((name) => name.endsWith('.sql'))
  const folders = await findSubfolders(directory, visible)
  if (folders && scripts.length > 0 && !folders.certain) {
    const why = `${scripts[0]} is beside ${folders.files[0]}, and a tool would run only one of them`
    throw unreadable(directory, why, { file: scripts[0], other: folders.files[0] })
  }
  if (folders) return { tool: folders.tool, files: await readAll(directory, folders.files) }
  if (scripts.some((name) => name.endsWith('.up.sql'))) return { tool: 'pairs', files: [] }
  const forward = scripts.filter((name) => !name.endsWith('.down.sql'))
  if (forward.length === 0) {
    throw unreadable(directory, 'nothing in it can be run', { directory, names })
  }
  const files = await readAll(directory, inOrderOfRunning(directory, forward))
  return { tool: 'forward-only', files }
}

/** The files that the journal of Drizzle lists, in its order. */
async function journaled(directory: string): Promise<string[]> {
  const { text } = await read(directory, journalFile)
  // Loaded for those who need it: it takes longer than the first query of a process.
  const { z } = await import('zod')
  const journal = z.object({ entries: z.array(z.object({ tag: z.string() })) })
  let entries: { readonly tag: string }[]
  try {
    entries = journal.parse(JSON.parse(text)).entries
  } catch (error) {
    const why = error instanceof z.ZodError ? z.prettifyError(error) : messageOf(error)
    throw unreadable(directory, `${journalFile} is not a journal of Drizzle: ${why}`, error)
  }
  if (entries.length === 0) {
    throw unreadable(directory, `${journalFile} lists no migration`, { directory })
  }
  return entries.map(({ tag }) => `${tag}.sql`)
}

interface Subfolders {
  readonly tool: 'prisma' | 'drizzle'
  readonly files: string[]
  /** Whether the tool was named by a file that no other one writes. */
  readonly certain: boolean
}

/** The migrations that have a folder each, if that is how they are kept here. */
async function findSubfolders(
  directory: string,
  names: readonly string[],
): Promise<Subfolders | undefined> {
  const certain = names.includes('migration_lock.toml')
  const entries = await Promise.all(
    names.map(async (name) => ({
      name,
      migration: await pathExists(join(directory, `${name}/migration.sql`)),
      snapshot: await pathExists(join(directory, `${name}/snapshot.json`)),
      folder: await isFolder(directory, name),
    })),
  )
  const folders = entries.filter(({ folder }) => folder)
  const migrations = folders.filter(({ migration }) => migration)
  if (migrations.length === 0) return undefined
  const drizzle = !certain && migrations.some(({ snapshot }) => snapshot)
  const empty = folders.find(({ migration }) => !migration)
  // Prisma itself stops at such a folder: a migration whose file was lost looks like this.
  if (empty && !drizzle) {
    const why = `the folder ${empty.name} has no migration.sql, as the others have`
    throw unreadable(directory, why, { folder: empty.name })
  }
  const files = migrations
    .map(({ name }) => name)
    .sort(byBytes)
    .map((name) => `${name}/migration.sql`)
  return { tool: drizzle ? 'drizzle' : 'prisma', files, certain }
}

async function isFolder(directory: string, name: string): Promise<boolean> {
  return await stat(join(directory, name)).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}

const readAll = (directory: string, files: readonly string[]): Promise<MigrationFile[]> =>
  Promise.all(files.map((file) => read(directory, file)))

async function read(directory: string, file: string): Promise<MigrationFile> {
  try {
    // Fatal, since a replaced byte would be a change of what the migration writes.
    const decoder = new TextDecoder('utf-8', { fatal: true })
    const text = decoder.decode(await readFile(join(directory, file)))
    return { file, text: text.replaceAll('\r\n', '\n') }
  } catch (error) {
    throw unreadable(directory, `${file}: ${messageOf(error)}`, error)
  }
}

function unreadable(directory: string, why: string, cause: unknown): DriftpinError {
  return new DriftpinError(
    'migrations_unreadable',
    `The migrations in ${directory} cannot be read: ${why}. Looked for ${journalFile} of ` +
      'Drizzle, subfolders with a migration.sql as of Prisma, pairs such as ' +
      '000001_create_users.up.sql and .down.sql, and any other .sql files, all in ' +
      'UTF-8. Name the folder that these are in.',
    cause,
  )
}

import { DriftpinError, messageOf } from '../errors.js'
import { byBytes, inOrderOfRunning } from './migration-folder-order.js'
import type { MigrationFile } from './parse-migrations.js'

/** Which tool's layout a folder of migrations follows; `forward-only` is plain SQL files. */
export type MigrationTool = 'pairs' | 'forward-only' | 'prisma' | 'drizzle'

/** What a folder holds: the files that are run, in their order. */
export interface FolderFiles {
  readonly tool: MigrationTool
  /** Without a byte order mark and with line feeds only. Empty for pairs, which are read apart. */
  readonly files: readonly MigrationFile[]
}

const journalFile = 'meta/_journal.json'

/** A migration in code, by its name: numbered, or versioned as for Flyway. */
const inCode =
  /^(?:[VU]?\d.*|R__.*)(?<!\.d)\.(?:[cm]?[jt]s|go|java|kt|groovy|scala|clj|py|rb|php|cs|exs?|rs)$/
/** A list of changes in the other formats of Liquibase. */
const changelog = /changelog.*\.(?:xml|ya?ml|json)$/i
const formattedChangelog = /^\s*--\s*liquibase\s+formatted\s+sql\b/i

/** Folders beside migrations whose SQL files are no migrations. */
const dataFolders = new Set(['fixtures', 'seed', 'seeds', 'node_modules'])
const depthMax = 8

/**
 * Finds out which tool the migrations in a folder are for, and reads the files that this tool would
 * run. Names that begin with a dot are ignored; symbolic links are followed.
 *
 * @throws DriftpinError `migrations_unreadable`, also for a folder of which only a part can be run.
 */
export async function findMigrationFiles(directory: string): Promise<FolderFiles> {
  const names = await listFolder(directory)
  if (names.includes('meta') && (await pathExists(`${directory}/${journalFile}`))) {
    return { tool: 'drizzle', files: await readAll(directory, await journaled(directory)) }
  }
  const scripts = names.filter((name) => name.endsWith('.sql'))
  const folders = await findSubfolders(directory, names)
  const leftOut = [
    ...(folders ? scripts : []).map((file) => [file, `a script beside ${folders!.files[0]}`]),
    ...(await findOthers(directory, names, folders?.names ?? [])),
  ] as (readonly [string, string])[]
  if (folders) {
    refuseParts(directory, folders.tool, leftOut)
    return { tool: folders.tool, files: await readAll(directory, folders.files) }
  }
  const forward = scripts.filter((name) => !name.endsWith('.down.sql'))
  if (forward.length === 0) {
    const others = leftOut.map(([file, why]) => `; ${file} is ${why}`).slice(0, shownMax)
    throw unreadable(directory, `nothing in it can be run${others.join('')}`, { directory, names })
  }
  const tool = scripts.some((name) => name.endsWith('.up.sql')) ? 'pairs' : 'forward-only'
  refuseParts(directory, tool, leftOut)
  if (tool === 'pairs') return { tool, files: [] }
  const files = await readAll(directory, inOrderOfRunning(directory, forward))
  const changelogs = files.filter(({ text }) => formattedChangelog.test(text))
  refuseParts(
    directory,
    tool,
    changelogs.map(({ file }) => [file, ofLiquibase] as const),
  )
  return { tool, files }
}

/**
 * Reads the SQL files of a folder of pairs.
 *
 * @throws DriftpinError `migrations_unreadable`, also for a folder of which only a part can be run.
 */
export async function readMigrationFiles(directory: string): Promise<readonly MigrationFile[]> {
  const names = await listFolder(directory)
  refuseParts(directory, 'pairs', await findOthers(directory, names, []))
  const files = await readAll(
    directory,
    names.filter((name) => name.endsWith('.sql')),
  )
  if (files.length === 0) throw unreadable(directory, 'no file in it ends in .sql', { directory })
  return files
}

const ofLiquibase = 'a changelog of Liquibase, whose changesets are chosen by their attributes'

/** Migrations that are not run: in code, of Liquibase, and in other subfolders. */
async function findOthers(
  directory: string,
  names: readonly string[],
  known: readonly string[],
): Promise<(readonly [string, string])[]> {
  const nested = await Promise.all(
    names
      .filter((name) => !known.includes(name))
      .map((name) => scriptsBelow(directory, name, depthMax)),
  )
  return [
    ...names.filter((name) => inCode.test(name)).map((file) => [file, 'in code'] as const),
    ...names.filter((name) => changelog.test(name)).map((file) => [file, ofLiquibase] as const),
    ...nested.flat().map((file) => [file, 'in a subfolder'] as const),
  ]
}

async function scriptsBelow(directory: string, path: string, depth: number): Promise<string[]> {
  if (depth === 0 || dataFolders.has(path.split('/').at(-1)!) || !(await isFolder(directory, path)))
    return []
  const names = await listFolder(`${directory}/${path}`)
  const below = names.map((name) => scriptsBelow(directory, `${path}/${name}`, depth - 1))
  return [
    ...names.filter((name) => name.endsWith('.sql')).map((name) => `${path}/${name}`),
    ...(await Promise.all(below)).flat(),
  ]
}

const shownMax = 5

/** Refuses a folder of which a part would be left out: a schema without it is another schema. */
function refuseParts(
  directory: string,
  tool: MigrationTool,
  leftOut: readonly (readonly [string, string])[],
): void {
  if (leftOut.length === 0) return
  const shown = leftOut.slice(0, shownMax).map(([file, why]) => `\n  ${file}: ${why}`)
  const more = leftOut.length - shown.length
  throw new DriftpinError(
    'migrations_unreadable',
    `Only a part of the migrations in ${directory} can be run (${tool}). These cannot:` +
      `${shown.join('')}${more > 0 ? `\n  and ${more} more` : ''}\n` +
      'Name a folder in which all migrations are SQL files of one tool, or move the others away.',
    { directory, files: leftOut.map(([file]) => file) },
  )
}

async function listFolder(directory: string): Promise<string[]> {
  const names = await fileSystem(directory)
    .readdir(directory)
    .catch((error) => {
      throw unreadable(directory, messageOf(error), error)
    })
  return names.filter((name) => !name.startsWith('.')).sort(byBytes)
}

/** The files that the journal of Drizzle lists, in its order. */
async function journaled(directory: string): Promise<string[]> {
  const { text } = await read(directory, journalFile)
  // Loaded only if needed: loading it takes longer than the first query of a process.
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
  /** The subfolders. */
  readonly names: string[]
  readonly files: string[]
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
      migration: await pathExists(`${directory}/${name}/migration.sql`),
      snapshot: await pathExists(`${directory}/${name}/snapshot.json`),
      folder: await isFolder(directory, name),
    })),
  )
  const folders = entries.filter(({ folder }) => folder)
  const migrations = folders.filter(({ migration }) => migration)
  if (migrations.length === 0) return undefined
  const drizzle = !certain && migrations.some(({ snapshot }) => snapshot)
  const empty = folders.find(({ migration }) => !migration)
  // Prisma also refuses such a folder: the file of the migration may be lost.
  if (empty && !drizzle) {
    const why = `the folder ${empty.name} has no migration.sql, as the others have`
    throw unreadable(directory, why, { folder: empty.name })
  }
  const inOrder = migrations.map(({ name }) => name).sort(byBytes)
  const files = inOrder.map((name) => `${name}/migration.sql`)
  return { tool: drizzle ? 'drizzle' : 'prisma', names: inOrder, files }
}

/** Whether something has that name; a broken link counts. */
async function pathExists(path: string): Promise<boolean> {
  return await fileSystem(path)
    .lstat(path)
    .then(
      () => true,
      () => false,
    )
}

async function isFolder(directory: string, name: string): Promise<boolean> {
  return await fileSystem(directory)
    .stat(`${directory}/${name}`)
    .then(
      (stats) => stats.isDirectory(),
      () => false,
    )
}

const readAll = (directory: string, files: readonly string[]): Promise<MigrationFile[]> =>
  Promise.all(files.map((file) => read(directory, file)))

async function read(directory: string, file: string): Promise<MigrationFile> {
  try {
    // Fatal, because a replacement character would change what the migration writes.
    const decoder = new TextDecoder('utf-8', { fatal: true })
    const text = decoder.decode(await fileSystem(directory).readFile(`${directory}/${file}`))
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

/**
 * The file system, loaded at run time, so that a backend without one can import this folder.
 *
 * @throws DriftpinError `migrations_unreadable` if there is no file system.
 */
function fileSystem(directory: string) {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs/promises')
  if (fs) return fs
  throw unreadable(directory, 'this runtime has no file system', undefined)
}

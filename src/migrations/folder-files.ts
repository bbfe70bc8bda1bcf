import { DriftpinError, messageOf } from '../errors.js'
import type { MigrationFile } from './parse-migrations.js'

/** Returns the error for a folder that cannot be read, and says why. */
export type Unreadable = (why: string, cause: unknown) => DriftpinError

const depthMax = 8

/**
 * The paths of all files and folders below a folder, each folder in the order of the bytes of its
 * names. The path of a folder ends in a slash. Names that begin with a dot are ignored. Symbolic
 * links are followed, but not into a folder that contains them. `node_modules` is not searched.
 */
export async function listFolder(
  directory: string,
  unreadable: Unreadable,
  below = '',
  ancestors: readonly string[] = [],
): Promise<string[]> {
  const fs = fileSystem(unreadable)
  const fail = (error: unknown) => {
    throw unreadable(messageOf(error), error)
  }
  const own = await fs.stat(`${directory}/${below}`).catch(fail)
  const names = await fs.readdir(`${directory}/${below}`).catch(fail)
  const above = [...ancestors, `${own.dev} ${own.ino}`]
  const visible = names.filter((name) => !name.startsWith('.')).sort(byBytes)
  const paths = visible.map(async (name) => {
    const path = `${below}${name}`
    const stats = await fs.stat(`${directory}/${path}`).catch(() => undefined)
    if (!stats?.isDirectory()) return [path]
    const isCycle = above.includes(`${stats.dev} ${stats.ino}`)
    if (isCycle || name === 'node_modules' || above.length > depthMax) return [`${path}/`]
    return [`${path}/`, ...(await listFolder(directory, unreadable, `${path}/`, above))]
  })
  return (await Promise.all(paths)).flat()
}

/** The scripts of the folder itself. A folder named `x.sql` is included, so reading it fails. */
export const scriptsIn = (paths: readonly string[]): string[] =>
  paths.flatMap((path) => /^([^/]*\.sql)\/?$/.exec(path)?.[1] ?? [])

/** Reads files in UTF-8, without a byte order mark and with line feeds only. */
export async function readFiles(
  directory: string,
  files: readonly string[],
  unreadable: Unreadable,
): Promise<MigrationFile[]> {
  const fs = fileSystem(unreadable)
  return await Promise.all(
    files.map(async (file) => {
      try {
        // Fatal, because a replacement character would change what the migration writes.
        const decoder = new TextDecoder('utf-8', { fatal: true })
        const text = decoder.decode(await fs.readFile(`${directory}/${file}`))
        return { file, text: text.replaceAll('\r\n', '\n') }
      } catch (error) {
        throw unreadable(`${file}: ${messageOf(error)}`, error)
      }
    }),
  )
}

/** Loaded at run time, so that a backend without a file system can import this folder. */
function fileSystem(unreadable: Unreadable) {
  const fs = globalThis.process?.getBuiltinModule?.('node:fs/promises')
  if (fs) return fs
  throw unreadable('this runtime has no file system', {})
}

/** Compares the bytes of two names, independent of the locale. */
export function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

/** A migration in code, by its name: numbered, or versioned as for Flyway. */
const inCode =
  /^(?:[VU]?\d.*|R__.*)(?<!\.d)\.(?:[cm]?[jt]s|go|java|kt|groovy|scala|clj|py|rb|php|cs|exs?|rs)$/
/** A list of changes in the other formats of Liquibase. */
const changelog = /changelog.*\.(?:xml|ya?ml|json)$/i

export const ofLiquibase =
  'a changelog of Liquibase, whose changesets are chosen by their attributes'

/** Folders beside migrations whose SQL files are not migrations. */
const inDataFolder = /(?:^|\/)(?:fixtures|seeds?)\//

/** A migration of a folder that would not be run, and what it is. */
export interface LeftOut {
  readonly file: string
  readonly why: string
}

/** The migrations that are not scripts in the folder: in code, of Liquibase, in subfolders. */
export function findLeftOut(paths: readonly string[]): LeftOut[] {
  const whyOf = (file: string) => {
    if (file.includes('/')) {
      return file.endsWith('.sql') && !inDataFolder.test(file) ? 'in a subfolder' : undefined
    }
    if (inCode.test(file)) return 'in code'
    return changelog.test(file) ? ofLiquibase : undefined
  }
  return paths.flatMap((file) => {
    const why = whyOf(file)
    return why === undefined ? [] : { file, why }
  })
}

export const shownMax = 5

/** Refuses a folder of which a part would be left out: a schema without it is another schema. */
export function refuseLeftOut(directory: string, tool: string, leftOut: readonly LeftOut[]): void {
  if (leftOut.length === 0) return
  const shown = leftOut.slice(0, shownMax).map(({ file, why }) => `\n  ${file}: ${why}`)
  const more = leftOut.length - shown.length
  throw new DriftpinError(
    'migrations_unreadable',
    `Only a part of the migrations in ${directory} can be run (${tool}). These cannot:` +
      `${shown.join('')}${more > 0 ? `\n  and ${more} more` : ''}\n` +
      'Name a folder in which all migrations are SQL files of one tool, or move the others away.',
    { directory, files: leftOut.map(({ file }) => file) },
  )
}

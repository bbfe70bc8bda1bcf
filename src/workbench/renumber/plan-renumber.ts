import { isUtf8 } from 'node:buffer'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DriftpinError } from '../../errors.js'
import { parseFileName } from '../../migrations/index.js'
import { fixtureOf, type NumberedMigration, nextNumber, pathExists } from './numbered-migrations.js'
import {
  exemptFile,
  git,
  gitList,
  ownExemptNumbers,
  ownFixtures,
  ownMigrations,
} from './own-migrations.js'

/** The old and the new path of a file, relative to the folder. */
export interface FileMove {
  readonly from: string
  readonly to: string
}

/** A migration and its new number. */
interface MigrationMove {
  readonly version: number
  readonly name: string
  /** Number and name as in the file name: `000012_add_titles`. */
  readonly from: string
  readonly to: string
  readonly files: readonly FileMove[]
}

/** What {@link applyRenumber} will do. */
export interface RenumberPlan {
  /** The folder, with symbolic links resolved. */
  readonly directory: string
  readonly base: string
  readonly moves: readonly MigrationMove[]
  /** Files of the folder that name a renumbered migration, with their new texts. */
  readonly edits: readonly ReferenceEdit[]
  /** Files elsewhere in the repository that name one. They are not edited. */
  readonly mentions: readonly string[]
  /** The migrations whose number or text changes. They must not be applied anywhere. */
  readonly changed: readonly { readonly version: number; readonly name: string }[]
}

/** Options of {@link planRenumber}. */
export interface RenumberOptions {
  /** The folder of the migrations, in a work tree of git. */
  readonly directory: string
  /** A branch or commit; by default the first of origin/main, main, origin/master, master. */
  readonly base?: string
  /** The time for numbers that are times; the current time by default. */
  readonly now?: Date
}

/**
 * Plans new numbers for the migrations of this branch, after those of its base and in the same
 * order. Their fixtures and references to them change too. A migration that is already after those
 * of the base keeps its number. Changes nothing, and works while two files have the same number.
 *
 * A reference is `000012_add_titles`, alone or before `.up.sql`, `.down.sql` or `.sql`, in a text
 * file in or below the folder, including comments in SQL. A number alone is a reference only in the
 * exemptions of the branch. The migrations of others are never edited.
 *
 * @throws DriftpinError `invalid_input` outside of git, without a base, in a conflict, or when a
 * file is in the way; `migrations_unreadable` for what is no folder.
 *
 * @example
 * ```ts
 * const plan = await planRenumber({ directory: 'db/migrations' })
 * await assertNotApplied(database, plan)
 * await applyRenumber(plan)
 * ```
 */
export async function planRenumber(options: RenumberOptions): Promise<RenumberPlan> {
  const { now = new Date() } = options
  const directory = await realpath(options.directory).catch(() => options.directory)
  const { base, commit, own, others } = await ownMigrations(directory, options.base)
  const fixtures = await ownFixtures(directory, commit)
  const moves: MigrationMove[] = []
  let last = others.reduce((newest, { version }) => Math.max(newest, version), -1)
  for (const { label: from, version, name, files } of own) {
    if (version > last) {
      last = version
      continue
    }
    const digits = nextNumber(others, last, now)
    last = Number(digits)
    const to = `${digits}_${name}`
    const moved = files.map((file) => ({ from: file, to: to + file.slice(from.length) }))
    if (await pathExists(join(directory, fixtureOf(from)))) {
      moved.push({ from: fixtureOf(from), to: fixtureOf(to) })
    }
    // Other fixtures with the number. If two migrations have it, the first gets them.
    const isFirst = !moves.some((move) => move.version === version)
    for (const file of isFirst ? (fixtures.get(version) ?? []) : []) {
      if (own.some(({ label }) => fixtureOf(label) === file)) continue
      moved.push({ from: file, to: file.replace(/\d+/, digits) })
    }
    moves.push({ version, name, from, to, files: moved })
  }
  await assertFree(directory, moves)
  const exempt = await ownExemptNumbers(directory, commit)
  const edits = await findReferences({ directory, own, moves, exempt })
  const edited = new Set(edits.flatMap(({ migration }) => migration ?? []))
  const labels = moves.map(({ from }) => from)
  return {
    directory,
    base,
    moves,
    edits,
    mentions: await findMentions(directory, labels),
    changed: own.filter(({ label }) => labels.includes(label) || edited.has(label)),
  }
}

/** The numbers are free, but a fixture without a migration may have a new name already. */
async function assertFree(directory: string, moves: readonly MigrationMove[]): Promise<void> {
  const files = moves.flatMap((move) => move.files)
  const leaving = new Set(files.map(({ from }) => from))
  for (const { from, to } of files) {
    if (leaving.has(to) || !(await pathExists(join(directory, to)))) continue
    throw new DriftpinError(
      'invalid_input',
      `${from} would become ${to}, which is there already. Move that one away first. Nothing was ` +
        'renumbered.',
      { from, to },
    )
  }
}

async function findMentions(directory: string, labels: readonly string[]): Promise<string[]> {
  const root = (await git(directory, ['rev-parse', '--show-toplevel']))?.trim()
  const prefix = (await git(directory, ['rev-parse', '--show-prefix']))?.trim()
  // If the folder is the whole repository, there are no other files.
  if (labels.length === 0 || !root || !prefix) return []
  const patterns = labels.flatMap((label) => ['-e', label])
  const found = await gitList(root, ['grep', '-l', '-I', '-F', ...patterns])
  return found.filter((file) => !file.startsWith(prefix))
}

/** A file that names migrations, with its new text. */
interface ReferenceEdit {
  /** The new path, relative to the folder. */
  readonly file: string
  readonly text: string
  /** The number of references. */
  readonly references: number
  /** The number and name of the migration that the file belongs to, if it does. */
  readonly migration: string | undefined
}

interface Search {
  readonly directory: string
  readonly own: readonly NumberedMigration[]
  readonly moves: readonly MigrationMove[]
  /** The numbers in the exemptions of this branch. */
  readonly exempt: readonly string[]
}

const fileBytesMax = 16 * 1024 * 1024
const exemptKey = /(?<=")\d+(?="\s*:)/g

/** Searches the text files in and below a folder for references to migrations. */
async function findReferences({ directory, own, moves, exempt }: Search): Promise<ReferenceEdit[]> {
  if (moves.length === 0) return []
  const labels = new Map(moves.map(({ from, to }) => [from, to]))
  const movedTo = new Map(moves.flatMap(({ files }) => files.map(({ from, to }) => [from, to])))
  const names = moves.map(({ from }) => from.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('|')
  // A label must not be part of a longer word of letters, digits, underscores and hyphens.
  const pattern = new RegExp(`(?<![A-Za-z0-9_])(?:${names})(?![A-Za-z0-9_-])`, 'g')
  const newNumber = (number: string) => {
    const move = exempt.includes(number) && moves.find((one) => one.version === Number(number))
    return move ? String(Number.parseInt(move.to, 10)) : undefined
  }
  const edits: ReferenceEdit[] = []
  for (const file of await filesBelow(directory, '')) {
    const parts = parseFileName(file)
    const migration = parts && `${parts.digits}_${parts.name}`
    // Others have applied their migrations, and editing one would change its checksum.
    if (migration && !own.some(({ label }) => label === migration)) continue
    const before = await readText(join(directory, file))
    let references = 0
    const put = (old: string) => {
      const now = labels.get(old) ?? newNumber(old)
      if (now !== undefined) references++
      return now ?? old
    }
    const labelled = before?.replaceAll(pattern, put)
    const text = file === exemptFile ? labelled?.replaceAll(exemptKey, put) : labelled
    if (text === undefined || references === 0) continue
    edits.push({ file: movedTo.get(file) ?? file, text, references, migration })
  }
  return edits
}

const skipped = new Set(['.git', 'node_modules'])

/** Regular files, relative to the folder. Symbolic links are not followed. */
async function filesBelow(directory: string, below: string): Promise<string[]> {
  const entries = await readdir(join(directory, below), { withFileTypes: true })
  const sorted = entries.sort((one, other) => (one.name < other.name ? -1 : 1))
  const found = sorted.map(async (entry) => {
    const path = `${below}${entry.name}`
    if (entry.isFile()) return [path]
    const isOpen = entry.isDirectory() && !skipped.has(entry.name)
    return isOpen ? await filesBelow(directory, `${path}/`) : []
  })
  return (await Promise.all(found)).flat()
}

/** Undefined for a file that is not text in UTF-8. */
async function readText(path: string): Promise<string | undefined> {
  if ((await stat(path)).size > fileBytesMax) return undefined
  const bytes = await readFile(path)
  return bytes.includes(0) || !isUtf8(bytes) ? undefined : bytes.toString()
}

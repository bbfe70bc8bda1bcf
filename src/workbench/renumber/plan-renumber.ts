import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { DriftpinError } from '../../errors.js'
import { parseFileName } from '../../migrations/index.js'
import { fixtureOf, type NumberedMigration, nextNumber, pathExists } from './numbered-migrations.js'
import {
  exemptFile,
  git,
  ownExemptNumbers,
  ownFixtures,
  ownMigrations,
  zeroSeparated,
} from './own-migrations.js'

/** A file and what it will be called, both from the folder. */
export interface FileMove {
  readonly from: string
  readonly to: string
}

/** A migration and its next number. */
interface MigrationMove {
  readonly version: number
  readonly name: string
  /** Number and name as they are written: `000012_add_titles`. */
  readonly from: string
  readonly to: string
  readonly files: readonly FileMove[]
}

/** What {@link applyRenumber} will do. */
export interface RenumberPlan {
  /** The folder, without symbolic links. */
  readonly directory: string
  readonly base: string
  readonly moves: readonly MigrationMove[]
  /** Files of the folder that name a migration that moves, as they will be. */
  readonly edits: readonly ReferenceEdit[]
  /** Files elsewhere in the repository that name one. They are left to a person. */
  readonly mentions: readonly string[]
  /** What must not have been applied anywhere: the migrations whose number or text changes. */
  readonly changed: readonly { readonly version: number; readonly name: string }[]
}

/** What {@link planRenumber} can be told. */
export interface RenumberOptions {
  /** The folder of the migrations, in a work tree of git. */
  readonly directory: string
  /** A branch or commit; the first there is of origin/main, main, origin/master, master. */
  readonly base?: string
  /** For numbers that are times; the clock's by default. */
  readonly now?: Date
}

/**
 * Plans how the migrations of this branch get numbers after those of its base, with their fixtures,
 * whatever those are called behind the number, and with what names them, and keep their order. One
 * that is after them already stays. Changes nothing, and works while two files have one number.
 *
 * A reference is `000012_add_titles`, alone or before `.up.sql`, `.down.sql` or `.sql`, in a text
 * file of the folder or below it, comments in SQL included; a number alone is one in the branch's
 * exemptions and nowhere else. The migrations of others are never edited.
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
  for (const migration of own) {
    if (migration.version > last) {
      last = migration.version
      continue
    }
    const digits = nextNumber(others, last, now)
    last = Number(digits)
    // Of two of the branch's own with one number, the first has the fixtures by number.
    const isFirst = !moves.some(({ version }) => version === migration.version)
    const numbered = isFirst ? (fixtures.get(migration.version) ?? []) : []
    moves.push(await moveOf(directory, { migration, digits, numbered, own }))
  }
  await assertFree(directory, moves)
  const labels = new Map(moves.map(({ from, to }) => [from, to]))
  const ownLabels = new Set(own.map(({ label }) => label))
  const exempt = await exemptNumbers(directory, commit, moves)
  const edits = await findReferences({ directory, labels, moves, ownLabels, exempt })
  const edited = new Set(edits.flatMap(({ migration }) => migration ?? []))
  return {
    directory,
    base,
    moves,
    edits,
    mentions: await findMentions(directory, [...labels.keys()]),
    changed: own.filter(({ label }) => labels.has(label) || edited.has(label)),
  }
}

interface Numbered {
  readonly migration: NumberedMigration
  /** Its next number. */
  readonly digits: string
  /** The fixtures of the branch that begin with its number now, whatever they are called. */
  readonly numbered: readonly string[]
  readonly own: readonly NumberedMigration[]
}

async function moveOf(
  directory: string,
  { migration, digits, numbered, own }: Numbered,
): Promise<MigrationMove> {
  const { label, version, name, files } = migration
  const to = `${digits}_${name}`
  const moved = files.map((from) => ({ from, to: to + from.slice(label.length) }))
  if (await pathExists(join(directory, fixtureOf(label)))) {
    moved.push({ from: fixtureOf(label), to: fixtureOf(to) })
  }
  const named = new Set(own.map((one) => fixtureOf(one.label)))
  for (const from of numbered.filter((file) => !named.has(file))) {
    moved.push({ from, to: from.replace(/\d+/, digits) })
  }
  return { version, name, from: label, to, files: moved }
}

/** How the exemptions of this branch call its migrations by number, before and after. */
async function exemptNumbers(
  directory: string,
  commit: string,
  moves: readonly MigrationMove[],
): Promise<ReadonlyMap<string, string>> {
  const numbers = await ownExemptNumbers(directory, commit)
  return new Map(
    numbers.flatMap((number) => {
      const move = moves.find(({ version }) => version === Number(number))
      return move ? [[number, String(Number.parseInt(move.to, 10))] as const] : []
    }),
  )
}

/** The numbers are free, but a fixture without a migration may have the name. */
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
  // Where the folder is all of the repository, nothing is elsewhere.
  if (labels.length === 0 || !root || !prefix) return []
  const patterns = labels.flatMap((label) => ['-e', label])
  const found = await git(root, ['grep', '-z', '-l', '-I', '-F', ...patterns])
  return zeroSeparated(found).filter((file) => !file.startsWith(prefix))
}

/** A file that names migrations, as it will be. */
interface ReferenceEdit {
  /** From the folder, as it is called after the moves. */
  readonly file: string
  readonly text: string
  /** How often it names one. */
  readonly references: number
  /** The migration that it is a file of, by number and name, where it is one of those. */
  readonly migration: string | undefined
}

interface Search {
  readonly directory: string
  /** The numbers and names that change, and into what. */
  readonly labels: ReadonlyMap<string, string>
  readonly moves: readonly MigrationMove[]
  readonly ownLabels: ReadonlySet<string>
  /** The numbers that stand for one in the exemptions, and into what they change. */
  readonly exempt: ReadonlyMap<string, string>
}

const fileBytesMax = 16 * 1024 * 1024
const exemptKey = /(?<=")\d+(?="\s*:)/g
const skipped = new Set(['.git', 'node_modules'])

/** Looks through the text files of a folder and those below it for what names a migration. */
async function findReferences(search: Search): Promise<ReferenceEdit[]> {
  const { directory, labels, moves, ownLabels, exempt } = search
  if (labels.size === 0) return []
  const movedTo = new Map(moves.flatMap(({ files }) => files.map(({ from, to }) => [from, to])))
  const names = [...labels.keys()].map(escaped).join('|')
  // A label is letters, digits, underscores and hyphens, and no part of a longer word of them.
  const pattern = new RegExp(`(?<![A-Za-z0-9_])(?:${names})(?![A-Za-z0-9_-])`, 'g')
  const edits: ReferenceEdit[] = []
  for (const file of await filesBelow(directory, '')) {
    const parts = parseFileName(file)
    const migration = parts && `${parts.digits}_${parts.name}`
    // Others have applied theirs, and would be told that it was edited.
    if (migration && !ownLabels.has(migration)) continue
    const before = await readText(join(directory, file))
    let references = 0
    const put = (label: string) => {
      const now = labels.get(label) ?? exempt.get(label)
      if (now !== undefined) references++
      return now ?? label
    }
    const labelled = before?.replaceAll(pattern, put)
    const text = file === exemptFile ? labelled?.replaceAll(exemptKey, put) : labelled
    if (text === undefined || references === 0) continue
    edits.push({ file: movedTo.get(file) ?? file, text, references, migration })
  }
  return edits
}

const escaped = (label: string) => label.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')

/** Regular files, from the folder; what a symbolic link leads to is not the folder's. */
async function filesBelow(directory: string, below: string): Promise<string[]> {
  const found: string[] = []
  const entries = await readdir(join(directory, below), { withFileTypes: true })
  for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isFile()) found.push(path)
    if (entry.isDirectory() && !skipped.has(entry.name)) {
      found.push(...(await filesBelow(directory, path)))
    }
  }
  return found
}

/** Undefined for what is no text in UTF-8. */
async function readText(path: string): Promise<string | undefined> {
  if ((await stat(path)).size > fileBytesMax) return undefined
  const bytes = await readFile(path)
  if (bytes.includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

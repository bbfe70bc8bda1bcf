import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DriftpinError } from '../../errors.js'
import {
  exemptName,
  fixturesFolder,
  fixtureVersion,
  listMigrations,
  type NumberedMigration,
  numberedMigrations,
} from './numbered-migrations.js'

const run = promisify(execFile)
const outputBytesMax = 64 * 1024 * 1024

/** Git hooks set these variables, which would override the folder. */
const ofHooks = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX'] as const

/**
 * Runs git in a folder. Returns undefined if git fails.
 *
 * @throws DriftpinError `invalid_input` where there is no git.
 */
export async function git(directory: string, args: readonly string[]): Promise<string | undefined> {
  const env: NodeJS.ProcessEnv = { ...process.env, LC_ALL: 'C' }
  for (const name of ofHooks) delete env[name]
  try {
    const { stdout } = await run('git', ['-C', directory, ...args], {
      maxBuffer: outputBytesMax,
      env,
    })
    return stdout
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') return undefined
    throw new DriftpinError(
      'invalid_input',
      'git was not found. It is needed to compare the branches. Install it.',
      error,
    )
  }
}

/** What git lists with -z; nothing if it fails. */
export async function gitList(
  directory: string,
  [command, ...args]: readonly [command: string, ...args: string[]],
): Promise<string[]> {
  const answer = await git(directory, [command, '-z', ...args])
  return (answer ?? '').split('\0').filter((part) => part !== '')
}

/** The migrations of a folder: those of this branch, and all others. */
export interface OwnMigrations {
  /** The base branch by its name. */
  readonly base: string
  /** The migrations of this branch, in order. */
  readonly own: readonly NumberedMigration[]
  /** The commit of the base. */
  readonly commit: string
  /** All others, including those of the base branch that are not in the folder yet. */
  readonly others: readonly NumberedMigration[]
}

const usualBases = ['origin/main', 'main', 'origin/master', 'master'] as const

/**
 * Separates the migrations of the branch in a work tree, committed or not, from those of its base.
 *
 * A migration belongs to the branch if neither the base nor the merge base has its number and name:
 * a migration that the base has renamed since does not belong to the branch. If both have added one
 * with the same number and name but different text, the branch's file belongs to the branch.
 *
 * @throws DriftpinError `invalid_input` outside of git, without a base, or in the middle of a
 * conflict about these files.
 */
export async function ownMigrations(directory: string, base?: string): Promise<OwnMigrations> {
  const folder = await listMigrations(directory)
  if ((await git(directory, ['rev-parse', '--is-inside-work-tree']))?.trim() !== 'true') {
    const what = `${directory} is not in a work tree of git, which knows the files of a branch`
    throw refusal(what, { directory })
  }
  const conflicts = await gitList(directory, ['ls-files', '-u', '.'])
  if (conflicts.length > 0) {
    const what = 'Files of the folder are in conflict. Resolve that first, and git add them'
    throw refusal(what, { conflicts })
  }
  const { name, commit } = await findBase(directory, base)
  const fork = (await git(directory, ['merge-base', 'HEAD', commit]))?.trim()
  const baseHas = await migrationsAt(directory, commit)
  const forkHad = fork ? await migrationsAt(directory, fork) : []
  const inBase = new Map(baseHas.map((one) => [one.label, one]))
  const atFork = new Set(forkHad.map(({ label }) => label))
  const own: NumberedMigration[] = []
  const others = [...baseHas]
  for (const migration of folder) {
    const twin = inBase.get(migration.label)
    const isOwn =
      !atFork.has(migration.label) &&
      (!twin || (fork !== undefined && (await differs(directory, commit, migration, twin))))
    if (isOwn) own.push(migration)
    else if (!twin) others.push(migration)
  }
  return { base: name, commit, own, others }
}

async function findBase(directory: string, given: string | undefined) {
  for (const name of given === undefined ? usualBases : [given]) {
    if (name.startsWith('-')) break
    const commit = await git(directory, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`])
    if (commit) return { name, commit: commit.trim() }
  }
  throw refusal(
    given === undefined
      ? `None of ${usualBases.join(', ')} is a branch here. Name the base with --base`
      : `${given} is not a branch or commit here. Name another with --base, or git fetch it`,
    { given },
  )
}

async function migrationsAt(directory: string, commit: string): Promise<NumberedMigration[]> {
  // In a subfolder git lists that folder, and nothing if the commit does not contain it.
  return numberedMigrations(await gitList(directory, ['ls-tree', '--name-only', commit]))
}

async function differs(
  directory: string,
  commit: string,
  mine: NumberedMigration,
  theirs: NumberedMigration,
): Promise<boolean> {
  for (const file of new Set([...mine.files, ...theirs.files])) {
    const text = await readFile(join(directory, file), 'utf8').catch(() => undefined)
    const other = await git(directory, ['show', `${commit}:./${file}`])
    if (text?.replaceAll('\r\n', '\n') !== other?.replaceAll('\r\n', '\n')) return true
  }
  return false
}

function refusal(what: string, cause: unknown): DriftpinError {
  return new DriftpinError('invalid_input', `${what}. Nothing was renumbered.`, cause)
}

/** The path of the exemptions, relative to the folder of the migrations. */
export const exemptFile = `${fixturesFolder}/${exemptName}`

/** The fixtures that are not in the base, by the number in their names. */
export async function ownFixtures(
  directory: string,
  commit: string,
): Promise<ReadonlyMap<number, readonly string[]>> {
  const names = await readdir(join(directory, fixturesFolder)).catch(() => [])
  const inBase = await gitList(directory, ['ls-tree', '--name-only', commit, `${fixturesFolder}/`])
  const found = new Map<number, string[]>()
  for (const name of names.sort()) {
    const file = `${fixturesFolder}/${name}`
    const number = fixtureVersion(name)
    if (number === undefined || inBase.includes(file)) continue
    found.set(number, [...(found.get(number) ?? []), file])
  }
  return found
}

/** The numbers of migrations in the exemptions that are not in those of the base. */
export async function ownExemptNumbers(directory: string, commit: string): Promise<string[]> {
  const text = await readFile(join(directory, exemptFile), 'utf8').catch(() => undefined)
  const inBase = numbersIn(await git(directory, ['show', `${commit}:./${exemptFile}`]))
  return numbersIn(text).filter((number) => !inBase.includes(number))
}

/** Invalid JSON is ignored here: `driftpin migrate verify` refuses it. */
function numbersIn(text: string | undefined): string[] {
  try {
    const { downs = {}, tables = {} } = JSON.parse(text ?? '{}')
    return Object.keys(downs).filter((key) => /^\d+$/.test(key) && !(key in tables))
  } catch {
    return []
  }
}

import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { z } from 'zod'
import type { Database } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { findLedgers } from '../../migrations/index.js'
import { pathExists } from './numbered-migrations.js'
import type { FileMove, RenumberPlan } from './plan-renumber.js'

/** The file of the folder that lists the planned changes until all of them are done. */
const journalName = '.driftpin-renumber.json'
const scratchName = '.driftpin-renumber.tmp'

const journalSchema = z.strictObject({
  moves: z.array(z.strictObject({ from: z.string(), to: z.string() })),
  edits: z.array(z.strictObject({ file: z.string(), text: z.string() })),
})

/**
 * Renames and edits the files. Nothing is lost if the process is killed: the planned changes are in
 * a file of the folder, and {@link finishRenumber} completes them.
 *
 * @throws DriftpinError `invalid_input` when the folder is not as it was when the plan was made.
 */
export async function applyRenumber(plan: RenumberPlan): Promise<void> {
  const { directory, moves, edits } = plan
  // The highest number first, so that the new name of each is free.
  const files = moves.flatMap((move) => move.files).reverse()
  const leaving = new Set(files.map(({ from }) => from))
  for (const { from, to } of files) {
    const free = leaving.has(to) || !(await pathExists(join(directory, to)))
    if (!free || !(await pathExists(join(directory, from)))) throw changed(directory, from, to)
  }
  const journal = { moves: files, edits: edits.map(({ file, text }) => ({ file, text })) }
  await replace(directory, journalName, JSON.stringify(journal), 0o644)
  await finishRenumber(directory)
}

/** Whether a renumbering of the folder was interrupted. */
export async function hasUnfinishedRenumber(directory: string): Promise<boolean> {
  return await pathExists(join(directory, journalName))
}

/**
 * Completes an interrupted renumbering.
 *
 * @throws DriftpinError `invalid_input` when somebody has changed the folder since.
 */
export async function finishRenumber(directory: string): Promise<void> {
  const journal = join(directory, journalName)
  const { moves, edits } = journalSchema.parse(JSON.parse(await readFile(journal, 'utf8')))
  const root = await realpath(directory)
  for (const file of [
    ...moves.flatMap(({ from, to }) => [from, to]),
    ...edits.map((e) => e.file),
  ]) {
    await assertBelow(root, file)
  }
  const done = await countDone(root, moves)
  for (const [index, { from, to }] of moves.entries()) {
    if ((await pathExists(join(root, to))) !== index < done) throw changed(directory, from, to)
    if (index >= done) await rename(join(root, from), join(root, to))
  }
  for (const { file, text } of edits) {
    await replace(root, file, text, (await stat(join(root, file))).mode)
  }
  await rm(journal)
}

/**
 * Moves run in order, and one may take the old name of an earlier one, so the last old name that no
 * longer exists tells how many are done.
 */
async function countDone(root: string, moves: readonly FileMove[]): Promise<number> {
  const there = await Promise.all(moves.map(({ from }) => pathExists(join(root, from))))
  return there.lastIndexOf(false) + 1
}

/** Replaces a file atomically: a reader sees the old or the new text. */
async function replace(directory: string, file: string, text: string, mode: number): Promise<void> {
  const scratch = join(directory, scratchName)
  await rm(scratch, { force: true })
  const handle = await open(scratch, 'wx', mode)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(scratch, join(directory, file))
}

/** The journal may be part of the repository, so its paths are checked. */
async function assertBelow(root: string, file: string): Promise<void> {
  const path = join(root, file)
  const parent = await realpath(dirname(path)).catch(() => '')
  if (path.startsWith(root + sep) && (parent === root || parent.startsWith(root + sep))) return
  throw new DriftpinError(
    'invalid_input',
    `${journalName} names ${file}, which is not in the folder. Remove it if it is not yours.`,
    { root, file },
  )
}

function changed(directory: string, from: string, to: string): DriftpinError {
  return new DriftpinError(
    'invalid_input',
    `${directory} has changed since the plan was made: ${from} was to become ${to}. Look at both. ` +
      `To plan again, remove ${journalName} if it exists.`,
    { directory, from, to },
  )
}

/**
 * Refuses a renumbering if one of the migrations that it changes is applied to the database,
 * according to any ledger in any schema: the database would then match neither branch.
 *
 * @param options.ledger The only ledger that counts; by default every table with its columns.
 * @throws DriftpinError `migration_applied`, with the migrations.
 */
export async function assertNotApplied(
  database: Database,
  { changed }: Pick<RenumberPlan, 'changed'>,
  options: { readonly ledger?: string } = {},
): Promise<void> {
  const ledgers = await findLedgers(database)
  for (const ledger of ledgers) {
    if (options.ledger !== undefined && ledger.table !== options.ledger) continue
    const entries = await ledger.read(database)
    const had = changed.filter(({ version, name }) =>
      entries.some((entry) => entry.version === version && entry.name === name),
    )
    if (had.length === 0) continue
    const first = Math.min(...had.map(({ version }) => version))
    const before = entries.filter(({ version }) => version < first).at(-1)?.version ?? 0
    const names = had.map(({ version, name }) => `${version} (${name})`).join(', ')
    throw new DriftpinError(
      'migration_applied',
      `This database has applied ${names}, according to the ledger ${ledger.name}, and the ` +
        `renumbering would change that. Revert it there first, with driftpin migrate to ${before}, or keep the number. ` +
        'Nothing was renumbered.',
      { had, ledger: ledger.name },
    )
  }
}

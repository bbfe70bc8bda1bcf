import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Database } from '../database/index.js'
import type { RenumberPlan } from '../workbench/index.js'
import { holdsDatabase, readServing, usualDataFolder } from './data-folder.js'
import { defineCommand } from './define-command.js'
import { type DatabaseOptions, databaseOptions, withDatabase } from './open-database.js'
import { countNoun, printable, say } from './terminal.js'

/** `driftpin migrate renumber`: moves the migrations of a branch after those of its base. */
export const migrateRenumberCommand = defineCommand({
  name: 'renumber',
  description: "move this branch's migrations after those of its base branch",
  options: (command) =>
    databaseOptions(
      command
        .option('--base <branch>', 'the base (default: origin/main, main, origin/master or master)')
        .option('--migrations <dir>', 'the folder of the migrations', 'migrations'),
    )
      .option('--ledger <table>', 'the only ledger table to check (default: all)')
      .option('--yes', 'do it without asking; without this option and a terminal, only show it')
      .option('--json', 'print JSON'),
  run: async (options) => {
    const { migrations, base, json, ledger } = options
    // Loaded late, because it loads an engine.
    const workbench = await import('../workbench/index.js')
    const tell = (text: string) => {
      if (!json) say(text)
    }
    if (await workbench.hasUnfinishedRenumber(migrations)) {
      tell('An earlier renumbering of this folder was interrupted. It can be finished.')
      const finished = await isAgreed(options)
      if (finished) await workbench.finishRenumber(migrations)
      const text = finished ? 'Finished.' : 'Nothing was changed. Finish it with --yes.'
      return { json: { finished }, text: () => say(text) }
    }
    const plan = await workbench.planRenumber({ directory: migrations, base })
    tell(describe(plan))
    const { moves, mentions, directory } = plan
    if (moves.length > 0) {
      await checkDatabases(options, directory, (database) =>
        workbench.assertNotApplied(database, plan, { ledger }),
      )
    }
    const applied = moves.length > 0 && (await isAgreed(options))
    if (applied) await workbench.applyRenumber(plan)
    const text = () => {
      if (applied) say('Renumbered.')
      else if (moves.length > 0) say('Nothing was changed. Apply it with --yes.')
    }
    return { json: { base: plan.base, moves, mentions, applied }, text }
  },
})

function describe({ base, moves, edits, mentions }: RenumberPlan): string {
  if (moves.length === 0)
    return `Nothing to do: the migrations of this branch come after those of ${printable(base)}.`
  const lines = moves.flatMap(({ files }) => files.map(({ from, to }) => `${from} -> ${to}`))
  const edited = edits.map(
    ({ file, references }) => `${file}: ${countNoun(references, 'reference')}`,
  )
  const mentioned = mentions.map((file) => `${file}: mentions one; change it yourself`)
  return [`After ${base}:`, ...[...lines, ...edited, ...mentioned].map((text) => `  ${text}`)]
    .map(printable)
    .join('\n')
}

/** Checks the databases of the options, and the project's own dev databases in any case. */
async function checkDatabases(
  { database, data, schema }: DatabaseOptions,
  directory: string,
  check: (database: Database) => Promise<void>,
): Promise<void> {
  const folders = data === undefined ? await findDevDatabases(['.', directory]) : [data]
  const servers = database === undefined ? [] : [{ database }]
  for (const place of [...servers, ...folders.map((folder) => ({ data: folder }))]) {
    await withDatabase({ ...place, schema }, 'refuse', (opened) => check(opened.database))
  }
}

/** Without a terminal there is no answer, which counts as no. */
async function isAgreed({ yes, json }: { yes?: boolean; json?: boolean }): Promise<boolean> {
  if (yes) return true
  if (json || !process.stdin.isTTY || !process.stdout.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await terminal.question('Continue? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}

/** The dev databases in these folders and in those above, up to the root of the repository. */
async function findDevDatabases(folders: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  for (const start of folders) {
    for (let folder = resolve(start); ; folder = dirname(folder)) {
      const data = join(folder, usualDataFolder)
      if (holdsDatabase(data) || (await readServing(data))) found.add(data)
      if (folder === dirname(folder) || existsSync(join(folder, '.git'))) break
    }
  }
  return [...found]
}

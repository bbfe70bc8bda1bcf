import { createInterface } from 'node:readline/promises'
import { Command } from 'commander'
import type { Database } from '../database/index.js'
import {
  applyRenumber,
  assertNotApplied,
  finishRenumber,
  hasUnfinishedRenumber,
  planRenumber,
  type RenumberPlan,
} from '../workbench/index.js'
import { countNoun } from './count-noun.js'
import { findDevDatabases } from './find-dev-databases.js'
import { type DatabaseOptions, databaseOptions, withDatabase } from './open-database.js'
import { printJson } from './print-json.js'
import { printable } from './printable.js'

interface RenumberOptions extends DatabaseOptions {
  readonly migrations: string
  readonly base?: string
  readonly ledger?: string
  readonly yes?: boolean
  readonly json?: boolean
}

/** `driftpin migrate renumber`: puts the branch's migrations after those of its base. */
export function migrateRenumberCommand(): Command {
  const command = new Command('renumber')
    .description("move this branch's migrations after those of its base branch")
    .option('--base <branch>', 'the base; origin/main, main, origin/master or master by default')
    .option('--migrations <dir>', 'the folder of the migrations', 'migrations')
  return databaseOptions(command)
    .option('--ledger <table>', 'the only ledger table that counts; all there are by default')
    .option('--yes', 'do it; without this a terminal is asked, and anything else only told')
    .option('--json', 'print JSON')
    .action(renumber)
}

async function renumber(options: RenumberOptions): Promise<void> {
  const { migrations, base, json } = options
  const say = (text: string) => {
    if (!json) console.log(text)
  }
  if (await hasUnfinishedRenumber(migrations)) {
    say('A renumbering of this folder broke off. What is left of it:')
    const finished = await isAgreed(options)
    if (finished) await finishRenumber(migrations)
    say(finished ? 'Finished.' : 'Nothing was changed. Finish it with --yes.')
    if (json) printJson({ finished })
    return
  }
  const plan = await planRenumber({ directory: migrations, ...(base && { base }) })
  say(describe(plan))
  if (plan.moves.length > 0) await checkDatabases(options, plan)
  const applied = plan.moves.length > 0 && (await isAgreed(options))
  if (applied) await applyRenumber(plan)
  if (json) printJson({ base: plan.base, moves: plan.moves, mentions: plan.mentions, applied })
  else if (applied) say('Renumbered.')
  else if (plan.moves.length > 0) say('Nothing was changed. Do it with --yes.')
}

function describe({ base, moves, edits, mentions }: RenumberPlan): string {
  if (moves.length === 0) return `Nothing to do: this branch comes after ${printable(base)}.`
  const lines = moves.flatMap(({ files }) => files.map(({ from, to }) => `${from} -> ${to}`))
  const edited = edits.map(
    ({ file, references }) => `${file}: ${countNoun(references, 'reference')}`,
  )
  const mentioned = mentions.map((file) => `${file}: names one, and is left to you`)
  return [`After ${base}:`, ...[...lines, ...edited, ...mentioned].map((text) => `  ${text}`)]
    .map(printable)
    .join('\n')
}

/** The embedded database of the project is looked at, whether or not it was named. */
async function checkDatabases(options: RenumberOptions, plan: RenumberPlan): Promise<void> {
  const { database, data, schema, ledger } = options
  const check = (one: Database) => assertNotApplied(one, plan, ledger ? { ledger } : {})
  if (database !== undefined) await withDatabase({ database, schema }, 'refuse', check)
  const folders = await findDevDatabases(['.', plan.directory])
  for (const folder of data === undefined ? folders : [data]) {
    await withDatabase({ data: folder, schema }, 'refuse', check)
  }
}

/** Somebody who is not at a terminal cannot answer, and is taken for no. */
async function isAgreed({ yes, json }: RenumberOptions): Promise<boolean> {
  if (yes) return true
  if (json || !process.stdin.isTTY || !process.stdout.isTTY) return false
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return /^y(es)?$/i.test((await terminal.question('Do it? [y/N] ')).trim())
  } finally {
    terminal.close()
  }
}

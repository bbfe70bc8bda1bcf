import { Command, InvalidArgumentError } from 'commander'
import { badSilence, lintRules } from '../workbench/index.js'
import { exitCodes } from './command-error.js'
import { paint } from './paint.js'
import { printJson } from './print-json.js'
import { renderFindings } from './render-findings.js'

type Pair = readonly [string, string]

interface LintFlags {
  readonly owner?: readonly string[]
  readonly mirror?: readonly Pair[]
  readonly forwardOnly?: boolean
  readonly rules?: boolean
  readonly json?: boolean
}

/** `driftpin migrate lint`. */
export function migrateLintCommand(): Command {
  return new Command('lint')
    .description(
      'find what is dangerous in production: locks, lost rows, what works on empty tables only',
    )
    .argument('[dir]', "a folder of SQL pairs; driftpin's own migrations by default")
    .option(
      '--owner <table>',
      'a table that owns rows of others, as chats, app.chats or chats.chat_id; repeat for several',
      (table: string, before: readonly string[] = []) => [...before, table],
    )
    .option(
      '--mirror <a=b>',
      'two tables with the same columns after their first; repeat it for several',
      (text: string, before: readonly Pair[] = []) => [...before, pairOf(text)],
    )
    .option('--forward-only', 'the folder has no down files')
    .option('--rules', 'list the rules, with why each matters and what to do instead')
    .option('--json', 'print JSON')
    .action(lint)
}

function pairOf(text: string): Pair {
  const [one, other, ...rest] = text.split('=')
  if (one && other && rest.length === 0) return [one, other]
  throw new InvalidArgumentError('It must be two tables, as in a=b.')
}

async function lint(directory: string | undefined, flags: LintFlags): Promise<void> {
  if (flags.rules) {
    listRules(flags)
    return
  }
  const { owner, mirror, forwardOnly = false } = flags
  // It brings an engine, which other commands do without.
  const { lintMigrations } = await import('../workbench/index.js')
  const report = await lintMigrations({
    forwardOnly,
    ...(directory !== undefined && { migrations: directory }),
    ...(owner && { owners: owner }),
    ...(mirror && { mirrors: mirror }),
  })
  const unchecked = report.unchecked.map(({ rules, error }) => ({ rules, error: error.message }))
  if (flags.json) printJson({ ...report, unchecked })
  else console.log(renderFindings(report))
  // squawk is optional: its rules are reported as not checked, and the rest decides.
  const hasFailed = report.unchecked.some(({ error }) => error.code === 'migration_failed')
  if (report.findings.length > 0 || hasFailed) process.exitCode = exitCodes.failed
}

function listRules({ json }: LintFlags): void {
  const rules = [...lintRules, badSilence].map(({ id, why, instead }) => ({ id, why, instead }))
  if (json) printJson(rules)
  else {
    for (const { id, why, instead } of rules) {
      console.log(`${paint('bold', id)}\n  ${why}\n  ${instead}\n`)
    }
  }
}

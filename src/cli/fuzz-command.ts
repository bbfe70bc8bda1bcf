import { Command, InvalidArgumentError, Option } from 'commander'
import { loadPeer } from '../workbench/index.js'
import { exitCodes } from './command-error.js'
import { openFuzzProgress } from './fuzz-progress.js'
import { fuzzReplayFlags } from './fuzz-replay-flags.js'
import { renderFuzzEnd, renderFuzzFailure, renderFuzzSummary } from './fuzz-report.js'
import { createFuzzSummary } from './fuzz-summary.js'
import { withDatabase } from './open-database.js'
import { openStop } from './open-stop.js'
import { printJson } from './print-json.js'

/** What `driftpin fuzz` is told. */
export interface FuzzOptions {
  readonly runs?: number
  readonly minutes?: number
  readonly seed?: number
  readonly path?: string
  readonly replayPath?: string
  readonly commands?: number
  readonly database?: string
  readonly against?: string
  readonly doublecheck?: boolean
  readonly json?: boolean
}

function countOf(written: string): number {
  const count = Number(written)
  if (/^\d+$/.test(written) && count > 0 && Number.isSafeInteger(count)) return count
  throw new InvalidArgumentError('It must be a whole number from 1 on.')
}

function minutesOf(written: string): number {
  const minutes = Number(written)
  if (/^\d*\.?\d+$/.test(written) && minutes > 0) return minutes
  throw new InvalidArgumentError('It must be a number above 0, such as 5 or 0.5.')
}

function seedOf(written: string): number {
  const seed = Number(written)
  if (/^-?\d+$/.test(written) && Number.isSafeInteger(seed)) return seed
  throw new InvalidArgumentError('It must be a whole number, as a report has it.')
}

/** `driftpin fuzz`: hunts for a history of chats and agents that breaks a law. */
export function fuzzCommand(): Command {
  const runs = new Option('--runs <n>', 'how many histories; 100 by default')
  const minutes = new Option('--minutes <n>', 'how long to go on, in place of --runs')
  const path = new Option('--path <p>', 'run one history again, as a report names it')
  const doublecheck = new Option('--doublecheck', 'run each history twice, and compare the ends')
  return (
    new Command('fuzz')
      .description('run random histories, and hold the laws against them')
      .addOption(runs.argParser(countOf).conflicts('minutes'))
      .addOption(minutes.argParser(minutesOf))
      .option('--seed <n>', 'what histories are made from; a fresh one by default', seedOf)
      // It is one history then, however many were to be.
      .addOption(path.conflicts(['runs', 'minutes']))
      .option('--replay-path <r>', 'which of its commands are left, as a report names them')
      .option('--commands <n>', 'the most commands of one history; 50 by default', countOf)
      .option('--database <url>', 'a PostgreSQL server, in place of an embedded one')
      .option('--against <url>', 'a second server: both have to answer alike, row by row')
      // Ids are random on a server, so that two runs would always differ.
      .addOption(doublecheck.conflicts(['database', 'against']))
      .option('--json', 'print one JSON document')
      .action(fuzz)
      .addHelpText(
        'after',
        [
          '',
          'On a server it makes two schemas of its own and drops them, unless a law is broken.',
          '',
          'Examples:',
          '  driftpin fuzz',
          '  driftpin fuzz --minutes 10 --doublecheck',
          '  driftpin fuzz --runs 1000 --database postgres://app@localhost/app',
          '  driftpin fuzz --against postgres://app@localhost/app',
          '',
          'Exit codes:',
          '  0    every law held, and both engines went the same way',
          '  1    a law is broken, or they did not',
          '  2    wrong use',
          '  130  stopped by Ctrl-C; every law held so far',
        ].join('\n'),
      )
  )
}

/** Loaded when it is asked for: fast-check is an optional peer, and the engine takes its time. */
async function loadLaws() {
  await loadPeer(
    () => import('fast-check'),
    'The laws need fast-check: npm install --save-dev fast-check',
  )
  return import('../laws/index.js')
}

async function fuzz(options: FuzzOptions): Promise<void> {
  const { runs = 100, minutes, json } = options
  const laws = await loadLaws()
  // A server that cannot be used is told before anything begins, and without its password.
  for (const database of [options.database, options.against]) {
    if (database !== undefined) await withDatabase({ database, schema: 'public' }, 'refuse', noWork)
  }
  using stop = openStop('Stopping after this history. Once more, and it ends at once.')
  const goal = options.path !== undefined ? {} : minutes === undefined ? { runs } : { minutes }
  const progress = openFuzzProgress(process.stderr, goal)
  const report = await laws
    .checkHistories({
      ...historiesOf(options),
      runs: minutes === undefined ? runs : Number.MAX_SAFE_INTEGER,
      signal: stop.signal,
      onProgress: progress.show,
    })
    .finally(progress.end)
  const summary = createFuzzSummary(report, laws, { ...progress.timing(), stopped: stop.stopped() })
  const { failure = null } = report
  const text = failure && laws.renderFailure(failure, { flags: fuzzReplayFlags(options) })
  if (json) printJson({ ...summary, failure: failure && { ...failure, report: text } })
  else if (text !== null) console.log(renderFuzzFailure(summary, text))
  // What one history has exercised, whoever replays it knows.
  else if (options.path !== undefined) console.log(renderFuzzEnd(summary))
  else console.log(renderFuzzSummary(summary))
  // Where no history came to its end nothing was held against anything.
  if (failure || (report.runs === 0 && !summary.stopped)) process.exitCode = exitCodes.failed
  else if (summary.stopped) process.exitCode = stop.exitCode()
}

const noWork = async () => {}

function historiesOf({ minutes, seed, path, replayPath, ...rest }: FuzzOptions) {
  const { commands, database, against, doublecheck } = rest
  return {
    ...(minutes !== undefined && { timeLimitMs: minutes * 60_000 }),
    ...(seed !== undefined && { seed }),
    ...(path !== undefined && { path }),
    ...(replayPath !== undefined && { replayPath }),
    ...(commands !== undefined && { commandsMax: commands }),
    ...(database !== undefined && { server: database }),
    ...(against !== undefined && { against }),
    ...(doublecheck && { doublecheck }),
  }
}

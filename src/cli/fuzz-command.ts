import { InvalidArgumentError } from 'commander'
import { printableUrl } from '../database/index.js'
import { loadPeer } from '../workbench/index.js'
import { exitCodes } from './command-error.js'
import { defineCommand } from './define-command.js'
import {
  createFuzzSummary,
  openFuzzProgress,
  renderFuzzEnd,
  renderFuzzFailure,
  renderFuzzSummary,
} from './fuzz-report.js'
import { withDatabase } from './open-database.js'
import { positiveNumber } from './options.js'
import { openStop } from './stop.js'
import { shellWord } from './terminal.js'

function minutesOf(written: string): number {
  const minutes = Number(written)
  if (/^\d*\.?\d+$/.test(written) && minutes > 0) return minutes
  throw new InvalidArgumentError('It must be a positive number, such as 5 or 0.5.')
}

function seedOf(written: string): number {
  const seed = Number(written)
  if (/^-?\d+$/.test(written) && Number.isSafeInteger(seed)) return seed
  throw new InvalidArgumentError('It must be a whole number, as a report prints it.')
}

/** `driftpin fuzz`: searches for a history of chats and agents that breaks a law. */
export const fuzzCommand = defineCommand({
  name: 'fuzz',
  description: 'run random histories and check the laws after every command',
  options: (command) => {
    const runs = command.createOption('--runs <n>', 'the number of histories (default: 100)')
    const minutes = command.createOption('--minutes <n>', 'how long to run, instead of --runs')
    const path = command.createOption('--path <p>', 'run one history again, as a report names it')
    const help = 'run each history twice, and compare the results'
    const doublecheck = command.createOption('--doublecheck', help)
    return (
      command
        .addOption(runs.argParser(positiveNumber).conflicts('minutes'))
        .addOption(minutes.argParser(minutesOf))
        .option('--seed <n>', 'the seed of the histories (default: a new one)', seedOf)
        // A path names a single history.
        .addOption(path.conflicts(['runs', 'minutes']))
        .option('--replay-path <r>', 'the commands of it to keep, as a report names them')
        .option('--commands <n>', 'the most commands per history (default: 50)', positiveNumber)
        .option('--database <url>', 'a PostgreSQL server, instead of an embedded database')
        .option('--against <url>', 'a second server: all results and rows must be equal')
        // A server makes random ids, so two runs would always differ.
        .addOption(doublecheck.conflicts(['database', 'against']))
        .option('--json', 'print one JSON document')
    )
  },
  notes: [
    'On a server it creates two schemas of its own. It drops them, unless a law is',
    'broken.',
  ],
  examples: [
    'driftpin fuzz',
    'driftpin fuzz --minutes 10 --doublecheck',
    'driftpin fuzz --runs 1000 --database postgres://app@localhost/app',
    'driftpin fuzz --against postgres://app@localhost/app',
  ],
  exitCodes: [
    '0    every law held, and the engines agreed',
    '1    a law is broken, or the engines disagreed',
    '2    wrong use',
    '130  stopped by Ctrl-C; every law held so far',
  ],
  run: async (options) => {
    const { runs = 100, minutes, seed, path, replayPath, commands } = options
    const { database, against, doublecheck } = options
    const laws = await loadLaws()
    // A server that cannot be used is reported before the start, and without its password.
    for (const url of [database, against]) {
      if (url === undefined) continue
      await withDatabase({ database: url, schema: 'public' }, 'refuse', async () => {})
    }
    using stop = openStop('Stopping after this history. Press Ctrl-C again to stop immediately.')
    const goal = path !== undefined ? {} : minutes === undefined ? { runs } : { minutes }
    const progress = openFuzzProgress(goal)
    const report = await laws
      .checkHistories({
        ...{ seed, path, replayPath, doublecheck, against },
        commandsMax: commands,
        server: database,
        timeLimitMs: minutes && minutes * 60_000,
        runs: minutes === undefined ? runs : Number.MAX_SAFE_INTEGER,
        signal: stop.signal,
        onProgress: progress.show,
      })
      .finally(progress.end)
    const summary = createFuzzSummary(report, laws, {
      ...progress.timing(),
      stopped: stop.signal.aborted,
    })
    const { failure = null } = report
    // Without a completed history nothing was checked.
    if (failure || (report.runs === 0 && !summary.stopped)) process.exitCode = exitCodes.failed
    else if (summary.stopped) process.exitCode = stop.exitCode()
    const text = failure && laws.renderFailure(failure, { flags: fuzzReplayFlags(options) })
    // The coverage of a single history tells nothing.
    const render = path === undefined ? renderFuzzSummary : renderFuzzEnd
    return {
      json: { ...summary, failure: failure && { ...failure, report: text } },
      text: () => console.log(text === null ? render(summary) : renderFuzzFailure(summary, text)),
    }
  },
})

/** Loaded late, because fast-check is an optional peer and the engine takes time to load. */
async function loadLaws() {
  await loadPeer(
    () => import('fast-check'),
    'The laws need fast-check: npm install --save-dev fast-check',
  )
  return import('../laws/index.js')
}

/** The options that a replay needs besides those in the failure, as words of a shell. */
export function fuzzReplayFlags({
  database,
  against,
}: Partial<Record<'database' | 'against', string>>): string[] {
  return Object.entries({ database, against }).flatMap(([name, url]) =>
    url === undefined ? [] : [`--${name} ${shellWord(printableUrl(url))}`],
  )
}

import { messageOf } from '../../errors.js'
import {
  countNoun,
  humanDuration,
  paint,
  printable,
  say,
  shownPath,
  warn,
  wrapAfter,
} from '../terminal.js'
import type { WatchedPush } from './watch-directory.js'

/** The migrations of a dev database. */
export interface Migrated {
  readonly applied: number
  /** The newest; undefined if there is none. */
  readonly newest: string | undefined
  /** The files that were run now. */
  readonly ran: readonly string[]
}

/** The facts about a dev database that is ready. */
export interface DevReady {
  readonly url: string
  readonly pid: number
  /** The version of PostgreSQL. */
  readonly version: string
  /** The data folder; null for a database in memory. */
  readonly data: string | null
  readonly isNew: boolean
  readonly migrations: Migrated
  /** The folder of the migrations; null for driftpin's own. */
  readonly migrationsFolder: string | null
  /** The seed that was put into it; null if none was. */
  readonly seeded: string | null
  /** A seed that was not used, because the database existed already; otherwise null. */
  readonly seedUnused: string | null
  /** The requested port, if another process uses it; otherwise null. */
  readonly portTaken: number | null
  /** The watched directory, and the chat that shows its changes. */
  readonly watching: { readonly path: string; readonly chatId: string } | null
  /** Milliseconds from the start of the process. */
  readonly readyMs: number
}

/** The output of `driftpin dev`, as text or as lines of JSON. */
export interface DevReport {
  ready(ready: DevReady): void
  pushed(push: WatchedPush): void
  restored(name: string, problem: string | undefined): void
  restarted(reason: string): void
  /** An error that does not end the process. */
  failed(error: unknown): void
  stopped(isReady: boolean, data: string | null): void
}

export function createDevReport(json = false): DevReport {
  return json ? jsonReport : textReport
}

const print = (event: string, facts: object) => console.log(JSON.stringify({ event, ...facts }))

const jsonReport: DevReport = {
  ready: (ready) => print('ready', ready),
  pushed: ({ resources, changed, result: { accepted, ...changes } }) =>
    print('pushed', { resources, changed, ...changes }),
  restored: (name, problem) => print('restored', { name, problem: problem ?? null }),
  restarted: (reason) => print('restarted', { because: reason }),
  failed: (error) => print('failed', { message: messageOf(error) }),
  stopped: (isReady, data) => print('stopped', { isReady, data }),
}

const textReport: DevReport = {
  ready: (ready) => console.log(renderReady(ready)),
  pushed: (push) => say(renderPush(push)),
  restored: (name, problem) => {
    if (problem === undefined) say(`${paint('green', 'restored')}  The image ${name}.`)
    else
      say(`${paint('red', 'failed')}    The image ${name} was not restored: ${printable(problem)}`)
  },
  restarted: (reason) =>
    say(
      `${paint('yellow', 'restarted')} PostgreSQL crashed: ${printable(reason)}. ` +
        'No committed data is lost.',
    ),
  failed: (error) => {
    const head = paint('red', 'failed', process.stderr)
    warn(`${head}    ${printable(messageOf(error))}`)
  },
  stopped: (isReady, data) => {
    const kept = data === null ? 'The data in memory is gone.' : `${shownPath(data)} is kept.`
    say(isReady ? `Stopped. ${kept}` : 'Stopped before it was ready. No partial database is left.')
  },
}

function renderReady(ready: DevReady): string {
  const { url, data, isNew, seeded, seedUnused, portTaken, watching } = ready
  const place = data === null ? 'in memory, gone when this ends' : shownPath(data)
  const lines: [name: string, text: string][] = [
    ['url', paint('bold', url)],
    ['psql', `psql ${url}`],
    ['app', `export DATABASE_URL=${url}`],
    ['data', data === null ? place : `${place}, ${isNew ? 'new' : 'existing'}`],
    ['schema', schemaLine(ready)],
  ]
  if (seeded !== null) lines.push(['seed', printable(seeded)])
  if (seedUnused !== null) {
    const why = 'not used, because the database exists already'
    lines.push(['seed', `${shownPath(seedUnused)}, ${paint('yellow', why)}`])
  }
  if (watching !== null) {
    const chat = watching.chatId.slice(0, 8)
    lines.push(['watch', shownPath(watching.path)])
    lines.push(['', `driftpin diff ${chat} shows what has changed there`])
  }
  if (portTaken !== null) {
    lines.unshift(['port', paint('yellow', `${portTaken} is in use; a free port is used instead`)])
  }
  const { readyMs, version } = ready
  const head = `${paint('green', 'Ready')} in ${humanDuration(readyMs)}: PostgreSQL ${version}`
  const body = lines.map(([name, text]) => {
    return `  ${paint('dim', name.padEnd(8))}${wrapAfter(10, text)}`
  })
  return [head, '', ...body, '', 'Ctrl-C stops it.'].join('\n')
}

function schemaLine({ migrations, migrationsFolder: folder }: DevReady): string {
  const { applied, newest, ran } = migrations
  if (newest === undefined) return 'no migrations'
  const count = countNoun(applied, 'migration')
  const now = ran.length > 0 ? `, ${ran.length} of them now` : ''
  const from = folder === null ? '' : `, from ${shownPath(folder)}`
  return `${count}${now}, up to ${printable(newest)}${from}`
}

const marks = { added: '+', changed: '~', removed: '-' } as const
const colours = { added: 'green', changed: 'yellow', removed: 'red' } as const
/** How many changes are named in one line. */
const changesMax = 3

function renderPush({ resources, changed, result }: WatchedPush): string {
  const named = changed
    .slice(0, changesMax)
    .map(({ how, path }) => paint(colours[how], `${marks[how]} ${printable(path)}`))
  const more = changed.length - named.length
  if (more > 0) named.push(`and ${more} more`)
  const what = named.length > 0 ? named.join(', ') : countNoun(resources, 'resource')
  const counts = (['hydrated', 'dirtied', 'settled'] as const)
    .filter((name) => result[name].length > 0)
    .map((name) => `${name} ${result[name].length}`)
  const effect = counts.length > 0 ? counts.join(', ') : 'no chat changed'
  return `${paint('cyan', 'pushed')}    ${what}; ${effect}`
}

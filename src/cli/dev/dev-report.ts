import { messageOf } from '../../errors.js'
import { countNoun } from '../count-noun.js'
import { humanDuration } from '../human-size.js'
import { paint } from '../paint.js'
import { printable, shownPath } from '../printable.js'
import type { Migrated } from './migrate-database.js'
import type { WatchedPush } from './watch/watch-directory.js'

/** What a dev database is when it is ready. */
export interface DevReady {
  readonly url: string
  readonly pid: number
  /** Of PostgreSQL. */
  readonly version: string
  /** Where the data is; null in memory. */
  readonly data: string | null
  readonly isNew: boolean
  readonly migrations: Migrated
  /** What was put into it just now; null where nothing was. */
  readonly seeded: string | null
  /** What was asked for as its seed, and came too late; null where nothing did. */
  readonly seedUnused: string | null
  /** The port that was wanted and is somebody else's; null where it is the one. */
  readonly portTaken: number | null
  /** The directory that is watched, and the chat that shows its drift. */
  readonly watching: { readonly path: string; readonly chatId: string } | null
  /** Milliseconds from the start of the process. */
  readonly readyMs: number
}

/** What `driftpin dev` tells, as lines for a person or as lines of JSON. */
export interface DevReport {
  ready(ready: DevReady): void
  pushed(push: WatchedPush): void
  restored(name: string, problem: string | undefined): void
  restarted(words: string): void
  /** What went wrong and ends nothing. */
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
  restarted: (words) => print('restarted', { because: words }),
  failed: (error) => print('failed', { message: messageOf(error) }),
  stopped: (isReady, data) => print('stopped', { isReady, data }),
}

const textReport: DevReport = {
  ready: (ready) => console.log(renderReady(ready)),
  pushed: (push) => console.log(renderPush(push)),
  restored: (name, problem) => {
    const what = `The image ${name}`
    if (problem === undefined) console.log(`${paint('green', 'restored')}  ${what}.`)
    else console.log(`${paint('red', 'restored')}  ${what} not: ${printable(problem)}`)
  },
  restarted: (words) =>
    console.log(
      `${paint('yellow', 'restarted')} PostgreSQL crashed: ${printable(words)}. ` +
        'What was committed is there.',
    ),
  failed: (error) => {
    const head = paint('red', 'failed', process.stderr)
    console.error(`${head}    ${printable(messageOf(error))}`)
  },
  stopped: (isReady, data) => {
    const kept = data === null ? 'What was in memory is gone.' : `${shownPath(data)} is kept.`
    console.log(isReady ? `Stopped. ${kept}` : 'Stopped before it was ready. Nothing is half made.')
  },
}

function renderReady(ready: DevReady): string {
  const { url, data, isNew, seeded, seedUnused, portTaken, watching } = ready
  const place = data === null ? 'in memory, gone when this ends' : shownPath(data)
  const lines: [name: string, text: string][] = [
    ['url', paint('bold', url)],
    ['psql', `psql ${url}`],
    ['app', `export DATABASE_URL=${url}`],
    ['data', data === null ? place : `${place}, ${isNew ? 'new' : 'as it was left'}`],
    ['schema', schemaLine(ready.migrations)],
  ]
  if (seeded !== null) lines.push(['seed', printable(seeded)])
  if (seedUnused !== null) {
    const why = 'not used: the database is there already'
    lines.push(['seed', `${shownPath(seedUnused)}, ${paint('yellow', why)}`])
  }
  if (watching !== null) {
    const chat = watching.chatId.slice(0, 8)
    lines.push(['watch', shownPath(watching.path)])
    lines.push(['', `driftpin diff ${chat} shows what has drifted there`])
  }
  if (portTaken !== null) {
    lines.unshift(['port', paint('yellow', `${portTaken} is taken; a free one is used instead`)])
  }
  const head = `${paint('green', 'Ready')} in ${humanDuration(ready.readyMs)}: PostgreSQL ${ready.version}`
  const body = lines.map(([name, text]) => `  ${paint('dim', name.padEnd(8))}${text}`)
  return [head, '', ...body, '', 'Ctrl-C stops it.'].join('\n')
}

function schemaLine({ applied, newest, ran }: Migrated): string {
  if (newest === undefined) return 'no migrations'
  const count = countNoun(applied, 'migration')
  const now = ran.length > 0 ? `, ${ran.length} of them just now` : ''
  return `${count}${now}, up to ${printable(newest)}`
}

const marks = { added: '+', changed: '~', removed: '-' } as const
const colours = { added: 'green', changed: 'yellow', removed: 'red' } as const
/** So many changes are named in one line. */
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
  return `${paint('cyan', 'pushed')}    ${what}; ${counts.length > 0 ? counts.join(', ') : 'no chat changed'}`
}

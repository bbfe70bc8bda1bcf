import { Command } from 'commander'
import { readStats, type Stats } from '../context/index.js'
import { countNoun } from './count-noun.js'
import { withDomain } from './domain-tables.js'
import { humanSize } from './human-size.js'
import { humanAgo } from './human-time.js'
import { type DatabaseOptions, devDatabaseOptions } from './open-database.js'
import { printJson } from './print-json.js'
import { renderTable } from './render-table.js'
import { screenWidth } from './screen-width.js'
import { wholeNumber } from './whole-number.js'

interface StatsOptions extends DatabaseOptions {
  readonly exact?: boolean
  readonly retentionDays: number
  readonly json?: boolean
}

/** `driftpin stats`. */
export function statsCommand(): Command {
  const command = new Command('stats')
    .description('tell how large the tables are, and how far chats have drifted')
    .option('--exact', 'also count chats by state, for which all chats are read')
    .option('--retention-days <n>', 'after how many an archived chat is to go', wholeNumber, 30)
  return devDatabaseOptions(command)
    .option('--json', 'print JSON')
    .action(showStats)
    .addHelpText(
      'after',
      [
        '',
        'Rows are as PostgreSQL estimates them, so that this costs little at any size.',
        '',
        'Examples:',
        '  driftpin stats --exact',
        '  driftpin stats --json --database postgres://app@localhost/app --schema chat',
      ].join('\n'),
    )
}

async function showStats({ exact, retentionDays, json, ...options }: StatsOptions): Promise<void> {
  const stats = await withDomain(options, (database) =>
    readStats(database, { exact, retentionDays }),
  )
  if (json) printJson(stats)
  else console.log(renderStats(stats))
}

function renderStats({ tables, chats, expiredChats, snapshots, snapshotsWithErrors }: Stats) {
  const rows = tables.map(({ name, rowsEstimate, tableBytes, indexBytes }) => [
    name,
    rowsEstimate === null ? 'unknown' : `about ${rowsEstimate}`,
    humanSize(tableBytes),
    humanSize(indexBytes),
  ])
  const columns = ['table', 'rows', 'size', 'indexes']
  const since = chats?.oldestDirty ? `, the oldest ${humanAgo(chats.oldestDirty)}` : ''
  const lines = [
    renderTable({ columns, rows }, { width: screenWidth() }),
    '',
    ...(chats
      ? [
          `${countNoun(chats.count, 'chat')}: ${chats.hydrated} with pins, ${chats.archived} archived`,
          `${chats.dirty} dirty${since}, by ${countNoun(chats.agentsWithDrift, 'agent')}`,
        ]
      : []),
    `${countNoun(expiredChats, 'chat')} past retention`,
    `${countNoun(snapshots, 'snapshot')}, ${snapshotsWithErrors} with an error`,
    ...(chats ? [] : ['Chats by state and drift: --exact']),
  ]
  return lines.join('\n')
}

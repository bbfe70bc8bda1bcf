import { Command } from 'commander'
import { readStats, type Stats } from '../context/index.js'
import { withDomain } from './domain-tables.js'
import { type DatabaseOptions, devDatabaseOptions } from './open-database.js'
import { helpText, wholeNumber } from './options.js'
import { renderTable } from './table.js'
import { countNoun, humanAgo, humanSize, printJson, screenWidth } from './terminal.js'

interface StatsOptions extends DatabaseOptions {
  readonly exact?: boolean
  readonly retentionDays: number
}

/** `driftpin stats`. */
export function statsCommand(): Command {
  const command = new Command('stats')
    .description('show the size of the tables, and how many chats are dirty')
    .option('--exact', 'also count chats by state, which reads all chats')
    .option('--retention-days <n>', 'the retention of archived chats', wholeNumber, 30)
  return devDatabaseOptions(command)
    .action(showStats)
    .addHelpText(
      'after',
      helpText(
        [
          'driftpin stats --exact',
          'driftpin stats --json --database postgres://app@localhost/app --schema chat',
        ],
        ['The numbers of rows are estimates of PostgreSQL, so this is fast at any size.'],
      ),
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
          `${chats.dirty} dirty${since}, of ${countNoun(chats.agentsWithDrift, 'agent')}`,
        ]
      : []),
    `${countNoun(expiredChats, 'chat')} past retention`,
    `${countNoun(snapshots, 'snapshot')}, ${snapshotsWithErrors} with an error`,
    ...(chats ? [] : ['For chats by state: --exact']),
  ]
  return lines.join('\n')
}

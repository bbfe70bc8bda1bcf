import { readStats, type Stats } from '../context/index.js'
import { defineDomainCommand } from './domain-tables.js'
import { wholeNumber } from './options.js'
import { renderTable } from './table.js'
import { countNoun, humanAgo, humanSize, screenWidth } from './terminal.js'

/** `driftpin stats`. */
export const statsCommand = defineDomainCommand({
  name: 'stats',
  description: 'show the size of the tables, and how many chats are dirty',
  options: (command) =>
    command
      .option('--exact', 'also count chats by state, which reads all chats')
      .option('--retention-days <n>', 'the retention of archived chats', wholeNumber, 30),
  notes: ['The numbers of rows are estimates of PostgreSQL, so this is fast at any size.'],
  examples: [
    'driftpin stats --exact',
    'driftpin stats --json --database postgres://app@localhost/app --schema chat',
  ],
  run: async (database, { exact, retentionDays }) => {
    const stats = await readStats(database, { exact, retentionDays })
    return { json: stats, text: () => console.log(renderStats(stats)) }
  },
})

function renderStats({ tables, chats, expiredChats, snapshots, snapshotsWithErrors }: Stats) {
  const rows = tables.map(({ name, rowsEstimate, tableBytes, indexBytes }) => [
    name,
    rowsEstimate === null ? 'unknown before ANALYZE' : `about ${rowsEstimate}`,
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

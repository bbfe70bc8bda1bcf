import { defineStatement, purge, purgeDebugRuns, purgeFiles } from '../context/index.js'
import type { Database } from '../database/index.js'
import { UsageError } from './command-error.js'
import { defineDomainCommand } from './domain-tables.js'
import { hoursOf } from './options.js'
import { renderTable } from './table.js'
import { countNoun, exactTime, humanAgo, openProgress, say, screenWidth } from './terminal.js'

const batch = 1000
const shownMax = 10

/** The chats that a purge would delete. */
type Expired = Awaited<ReturnType<typeof readExpired>>

export const selectExpired = defineStatement({
  name: 'list expired chats',
  parameters: { hours: 'integer', limit: 'integer' },
  row: {
    cutoff: 'text',
    count: 'bigint',
    id: 'uuid?',
    title: 'text?',
    updated_at: 'timestamptz?',
  },
  // The database computes the cutoff. It is a text, because a Date would lose microseconds.
  sql: ({ chats }, { hours, limit }) => `
    WITH cutoff AS (SELECT now() - make_interval(hours => ${hours}) AS at)
    SELECT to_jsonb(cutoff.at) #>> '{}' AS cutoff,
           (SELECT count(*) FROM ${chats} WHERE archived AND updated_at < cutoff.at) AS count,
           oldest.id, oldest.title, oldest.updated_at
    FROM cutoff
    LEFT JOIN LATERAL (
      SELECT id, title, updated_at FROM ${chats}
      WHERE archived AND updated_at < cutoff.at
      ORDER BY updated_at, id
      LIMIT ${limit}
    ) oldest ON true
    ORDER BY oldest.updated_at, oldest.id`,
})

/** `driftpin purge`. */
export const purgeCommand = defineDomainCommand({
  name: 'purge',
  description: 'delete archived chats, or files and debug runs, after some time',
  options: (command) =>
    command
      .requiredOption(
        '--older-than <age>',
        'the time since their last change, such as 30d or 12h',
        hoursOf,
      )
      .option('--files', 'instead of chats, the files that no chat links to')
      .option('--debug-runs', 'instead of chats, debug runs with their steps')
      .option('--dry-run', 'delete nothing, and show what would be deleted'),
  examples: [
    'driftpin purge --older-than 30d --dry-run',
    'driftpin purge --older-than 7d --files --debug-runs',
    'driftpin purge --older-than 12h --database postgres://app@localhost/app',
  ],
  run: async (database, { olderThan, dryRun = false, files = false, debugRuns = false }) => {
    if (files || debugRuns) {
      if (dryRun)
        throw new UsageError(
          '--dry-run shows chats, so it does not go with --files or --debug-runs.',
        )
      return await purgeLeftovers(database, { olderThan, files, debugRuns })
    }
    const expired = await readExpired(database, olderThan)
    if (dryRun) return { json: { dryRun, ...expired }, text: () => printExpired(expired) }
    const purged = await purgeBatches(database, expired)
    const text =
      purged === 0
        ? 'No archived chat is that old. Nothing was deleted.'
        : `Deleted ${countChats(purged)}, archived and unchanged since ${timeOf(expired)}.`
    return { json: { dryRun, before: expired.before, purged }, text: () => say(text) }
  },
})

/** What is not a part of a purge of chats. */
async function purgeLeftovers(
  database: Database,
  {
    olderThan,
    files,
    debugRuns,
  }: Readonly<{ olderThan: number; files: boolean; debugRuns: boolean }>,
) {
  const before = new Date(Date.now() - olderThan * 3_600_000)
  const purged = {
    ...(files && { files: (await purgeFiles(database, { before })).purged }),
    ...(debugRuns && { debugRuns: (await purgeDebugRuns(database, { before })).purged }),
  }
  const counts = [
    purged.files !== undefined && countNoun(purged.files, 'file'),
    purged.debugRuns !== undefined && countNoun(purged.debugRuns, 'debug run'),
  ]
  const text = `Deleted ${counts.filter(Boolean).join(' and ')} from before ${exactTime(before)}.`
  return { json: { before, purged }, text: () => say(text) }
}

async function readExpired(database: Database, hours: number) {
  const rows = await selectExpired(database, { hours, limit: shownMax })
  const oldest = rows.flatMap(({ id, title, updated_at }) =>
    id === null ? [] : [{ id, title: title!, updatedAt: updated_at! }],
  )
  // The cutoff is exact to the microsecond.
  return { before: rows[0]!.cutoff, count: Number(rows[0]!.count), oldest }
}

/** Each batch is its own transaction. Chats that are locked by others are skipped. */
async function purgeBatches(database: Database, { before, count }: Expired): Promise<number> {
  using progress = openProgress()
  let purged = 0
  for (;;) {
    progress.show(`Deleted ${purged} of ${countChats(count)}`)
    const done = await purge(database, { before, limit: batch })
    purged += done.purged.length
    if (done.purged.length === 0) return purged
  }
}

function printExpired({ before, count, oldest }: Expired): void {
  if (count === 0) {
    say('No archived chat is that old.')
    return
  }
  const rows = oldest.map(({ id, title, updatedAt }) => [id, title, humanAgo(updatedAt)])
  const content = { columns: ['chat', 'title', 'updated'], rows }
  console.log(renderTable(content, { width: screenWidth(), cut: { title: 'start' } }))
  const others = count - oldest.length
  if (others > 0) console.log(`and ${others} more`)
  say(`\nWould delete ${countChats(count)}, archived and unchanged since ${timeOf({ before })}.`)
  say('Nothing was deleted. To delete them, leave out --dry-run.')
}

const countChats = (count: number) => countNoun(count, 'chat')

const timeOf = ({ before }: Pick<Expired, 'before'>) => exactTime(new Date(before))

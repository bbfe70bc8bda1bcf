import { type Database, limits, push, type ResourceInput } from '../../src/index.ts'
import { makeAgent } from '../../test/context/make-agent.ts'
import { makeFiles } from '../make-files.ts'
import { median, timeMs } from '../measured.ts'
import { pushRowByRow } from '../push-row-by-row.ts'
import type { BenchDatabase } from './open-bench-server.ts'
import { walBytes } from './open-bench-server.ts'
import { rounds } from './rounds.ts'

/** One push of 1000 resources, ours and by a statement a row. */
export interface Pushes {
  readonly ms: number
  readonly rowByRowMs: number
  readonly walBytes: number
  readonly unchangedMs: number
  readonly unchangedWalBytes: number
  /** Of the time of a push: to read its JSON, and to store bodies. */
  readonly parseShare: number
  readonly bodiesShare: number
}

/** So many bytes has a small body, encoded as JSON. */
const smallBodyBytes = 100

/** @param bodies `small` has 100 bytes a body, `large` 4 MiB in all. */
export async function measurePush(
  { database }: BenchDatabase,
  bodies: 'small' | 'large',
): Promise<Pushes> {
  const total = bodies === 'small' ? limits.resourcesMax * smallBodyBytes : limits.bodiesBytesMax
  const times: Record<'own' | 'rows' | 'same' | 'parse' | 'write' | 'heads', number[]> = {
    ...{ own: [], rows: [], same: [], parse: [], write: [], heads: [] },
  }
  const log: Record<'first' | 'same', number[]> = { first: [], same: [] }
  for (let round = -rounds.warmUps; round < rounds.pushes; round++) {
    const resources = makeFiles(limits.resourcesMax, total)
    const { agentId } = await makeAgent(database)
    const { agentId: plain } = await makeAgent(database)
    const timed = async (into: number[], work: () => Promise<unknown>) => {
      const ms = await timeMs(work)
      if (round >= 0) into.push(ms)
    }
    const first = await walBytes(database, () =>
      timed(times.own, () => push(database, { agentId, version: 1, resources })),
    )
    await timed(times.rows, () => pushRowByRow(database, { agentId: plain, version: 1, resources }))
    const same = await walBytes(database, () =>
      timed(times.same, () => push(database, { agentId, version: 2, resources })),
    )
    await measureParts(database, resources, timed, times)
    if (round < 0) continue
    log.first.push(first)
    log.same.push(same)
  }
  const ms = median(times.own)
  return {
    ms,
    rowByRowMs: median(times.rows),
    walBytes: median(log.first),
    unchangedMs: median(times.same),
    unchangedWalBytes: median(log.same),
    parseShare: median(times.parse) / ms,
    bodiesShare: (median(times.write) - median(times.heads)) / ms,
  }
}

/**
 * What no way of writing can do without: to read the JSON that was sent, and to store the bodies,
 * which is the difference between a table with and without them.
 */
async function measureParts(
  database: Database,
  resources: readonly ResourceInput[],
  timed: (into: number[], work: () => Promise<unknown>) => Promise<void>,
  times: { parse: number[]; write: number[]; heads: number[] },
): Promise<void> {
  const sent = JSON.stringify(resources.map(({ source, body }) => ({ source, body })))
  const record = 'jsonb_to_recordset($1::jsonb) AS sent (source text, body jsonb)'
  await timed(times.parse, () => database.query(`SELECT count(sent.body) FROM ${record}`, [sent]))
  await database.transaction(async (transaction) => {
    await transaction.script(`
      CREATE TABLE bench_read AS SELECT ''::text AS source, '{}'::jsonb AS body LIMIT 0;
      CREATE TABLE bench_written (source text PRIMARY KEY, body jsonb);
      CREATE TABLE bench_heads (source text PRIMARY KEY, body jsonb)`)
    // Read back from a table that keeps it as it is, so that nothing is parsed or unpacked anew.
    await transaction.query('ALTER TABLE bench_read ALTER COLUMN body SET STORAGE EXTERNAL')
    await transaction.query(`INSERT INTO bench_read SELECT source, body FROM ${record}`, [sent])
    await timed(times.write, () =>
      transaction.query('INSERT INTO bench_written SELECT source, body FROM bench_read'),
    )
    await timed(times.heads, () =>
      transaction.query("INSERT INTO bench_heads SELECT source, '{}' FROM bench_read"),
    )
    await transaction.script('DROP TABLE bench_read, bench_written, bench_heads')
  })
}

import { ownOperations } from '../../../src/laws/own-operations.js'
import type { Mutant } from './mutant.js'
import { statementMutant } from './statement-mutant.js'

const { purge, purgeExpired } = ownOperations

const chats = (name: string, from: string, to: string) =>
  statementMutant(name, [0, 14], { 'purge chats': [[from, to]] })

const cutoff = (name: string, from: string, to: string) =>
  statementMutant(name, [14], { 'expiry cutoff': [[from, to]] })

const atNow = 'coalesce($2::pg_catalog.timestamptz, now())'
const hours = 'make_interval(hours => 24 * $1::pg_catalog.int4)'

/** The purge: which chats, how many, and from when on. */
export const purgeMutants: readonly Mutant[] = [
  chats('a purge takes chats of the time of the cutoff', 'updated_at < $1', 'updated_at <= $1'),
  chats('a purge takes chats that are not archived', 'WHERE archived AND', 'WHERE'),
  chats(
    'a purge takes the newest first',
    'ORDER BY updated_at, id\n      LIMIT',
    'ORDER BY updated_at DESC, id\n      LIMIT',
  ),
  chats('a purge has no limit', 'LIMIT $2::pg_catalog.int4', 'LIMIT $2::pg_catalog.int4 + 1000'),
  chats(
    'a purge takes one chat too many',
    'LIMIT $2::pg_catalog.int4',
    'LIMIT $2::pg_catalog.int4 + 1',
  ),
  {
    name: 'a purge loses the microseconds of its cutoff',
    laws: [0, 14],
    plant: () => ({
      operations: {
        purge: (queryable, params) =>
          purge(queryable, { ...params, before: new Date(params.before) }),
      },
    }),
  },
  {
    name: 'no retention is retention of no time',
    laws: [0, 14],
    plant: () => ({
      operations: {
        async purgeExpired(queryable, params = {}) {
          const { retentionDays, now = new Date() } = params
          if (retentionDays !== 0) return await purgeExpired(queryable, params)
          const { purged } = await purge(queryable, { before: now })
          return { purged: purged.length, batches: 1, busy: false }
        },
      },
    }),
  },
  {
    name: 'the retention job stops after one batch',
    laws: [0, 14],
    plant: () => ({
      operations: {
        async purgeExpired(queryable, params = {}) {
          const { retentionDays = 30, now, limit } = params
          if (retentionDays === 0) return await purgeExpired(queryable, params)
          const nowMs = new Date(now ?? Date.now()).getTime()
          const before = new Date(nowMs - retentionDays * 86_400_000)
          const exact = `${before.toISOString().slice(0, 23)}${String(now).slice(23)}`
          const { purged } = await purge(queryable, { before: exact, limit })
          return { purged: purged.length, batches: purged.length === 0 ? 0 : 1, busy: false }
        },
      },
    }),
  },
  cutoff(
    'retention is one day short',
    '24 * $1::pg_catalog.int4',
    '24 * ($1::pg_catalog.int4 - 1)',
  ),
  cutoff(
    'a day of retention is one of a time zone',
    `${atNow} - ${hours}`,
    `(${atNow} AT TIME ZONE 'America/New_York' - make_interval(days => $1::pg_catalog.int4))
       AT TIME ZONE 'America/New_York'`,
  ),
]

import { type Queryable, quoteIdentifier } from '../../database/index.js'
import { databaseNames } from './database-names.js'
import { usedAt } from './stamp.js'
import { tryTemplateLock } from './template-lock.js'

/** A database that nobody used for so long is made again if it should be needed. */
export const unusedMsMax = 7 * 24 * 60 * 60 * 1000

interface Found {
  readonly name: string
  readonly comment: string | null
  readonly isUsed: boolean
  readonly now: Date
}

const databasesSql = `SELECT datname::text AS name, shobj_description(oid, 'pg_database') AS comment,
  EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datid = d.oid) AS "isUsed", now()
FROM pg_database AS d WHERE pg_get_userbyid(datdba) = current_user`

/** The workers that live: of any database, since a URL may name another one for the same server. */
const workersSql = `SELECT lpad(to_hex(classid::bigint), 8, '0') ||
  lpad(to_hex(objid::bigint), 8, '0') AS worker
FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1`

/**
 * Drops what workers left that were killed, and what nobody used for a week. What somebody is
 * connected to, and what is not ours, stays.
 *
 * @returns The names of the databases of this user that stay.
 */
export async function removeLeftovers(database: Queryable): Promise<string[]> {
  // In this order: whoever had a database in the first answer has the lock in the second.
  const { rows: found } = await database.query<Found>(databasesSql)
  const { rows: locks } = await database.query<{ worker: string }>(workersSql)
  const workers = new Set(locks.map(({ worker }) => worker))
  const dropped = new Set<string>()
  for (const { name } of found.filter((one) => isLeft(one, workers))) {
    // What cannot be dropped now, or is dropped by another at the same time, is for the next run.
    const isDropped = await tryTemplateLock(database, name, async () => {
      // Somebody may have begun to use it since.
      const { rows } = await database.query<Found>(`${databasesSql} AND datname = $1`, [name])
      if (!rows[0] || !isLeft(rows[0], workers)) return false
      await database.query(`DROP DATABASE ${quoteIdentifier(name)}`)
      return true
    }).catch(() => false)
    if (isDropped) dropped.add(name)
  }
  return found.map(({ name }) => name).filter((name) => !dropped.has(name))
}

function isLeft(one: Found, workers: ReadonlySet<string>): boolean {
  const { name, comment, isUsed, now } = one
  if (isUsed) return false
  const worker = databaseNames.workerOf(name)
  if (worker) return !workers.has(worker)
  if (!databaseNames.isTemplate(name) && !databaseNames.isKept(name)) return false
  const used = usedAt(comment)
  return used !== undefined && now.getTime() - used > unusedMsMax
}

import { createHash, randomBytes } from 'node:crypto'
import { type Queryable, quoteIdentifier } from '../../database/index.js'

// Which databases on a server belong to driftpin, which process uses them, and the removal of those
// that nobody uses any more.

/** The age at which an unused template or kept database is dropped. */
export const unusedMsMax = 7 * 24 * 60 * 60 * 1000

const pollMs = 50

/** Taken before a test replaces it. */
const { setTimeout } = globalThis

/**
 * The names of all databases that a harness creates on a server. A database with any other name is
 * never touched.
 */
export const databaseNames = {
  /** @param hash Covers everything that the template depends on. */
  template: (hash: string) => `driftpin_template_${hash.slice(0, 32)}`,
  /** A database of one worker. */
  own: (worker: string, number: number) => `driftpin_test_${worker}_${number}`,
  /** The database of a failed test. The same test in the same project always has the same name. */
  kept: (project: string, test: string) => `${keptPrefix(project)}${hashOf(test).slice(0, 24)}`,
  isTemplate: (name: string) => /^driftpin_template_[0-9a-f]{32}$/.test(name),
  isKept: (name: string) => /^driftpin_kept_[0-9a-f]{8}_[0-9a-f]{24}$/.test(name),
  isKeptOf: (project: string, name: string) =>
    databaseNames.isKept(name) && name.startsWith(keptPrefix(project)),
  /** The worker that a database belongs to, or undefined. */
  workerOf: (name: string) => /^driftpin_test_([0-9a-f]{16})_\d+$/.exec(name)?.[1],
} as const

const keptPrefix = (project: string) => `driftpin_kept_${hashOf(project).slice(0, 8)}_`

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A worker is named after an advisory lock, which it holds for as long as it lives. */
export const newWorker = () => randomBytes(8).toString('hex')

/** The lock of a worker as PostgreSQL takes it: a signed 64-bit number in decimal. */
export const lockOf = (worker: string) => BigInt.asIntN(64, BigInt(`0x${worker}`)).toString()

/** The comment of a finished template starts with this. */
export const templateText = 'driftpin: a template of test databases'

/** The comment of the database of a failed test starts with this. */
export const keptText = 'driftpin: the database of a failed test'

/** A comment that ends with the server's time, which later runs compare with its time then. */
export async function commentWith(database: Queryable, text: string): Promise<string> {
  const { rows } = await database.query<{ now: Date }>('SELECT now()')
  return `${text}, used ${rows[0]!.now.toISOString()}`
}

/** When a database was last used, if it has a comment of {@link commentWith}. */
function usedAt(comment: string | null): number | undefined {
  if (!comment?.startsWith(templateText) && !comment?.startsWith(keptText)) return undefined
  const time = Date.parse(/, used (\S+)$/.exec(comment)?.[1] ?? '')
  return Number.isNaN(time) ? undefined : time
}

/**
 * Runs `work` while no other process works on a template. The wait has no limit, because the lock
 * of a killed process ends with its connection. The lock is polled: a session that waited inside
 * PostgreSQL would hold a transaction that a CREATE INDEX CONCURRENTLY of a migration waits for.
 *
 * @param database One session.
 */
export async function withTemplateLock<T>(
  database: Queryable,
  template: string,
  work: () => Promise<T>,
): Promise<T> {
  for (;;) {
    const done = await tryTemplateLock(database, template, async () => ({ result: await work() }))
    if (done) return done.result
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

/** Does nothing, and returns undefined, while another process works on the template. */
async function tryTemplateLock<T>(
  database: Queryable,
  template: string,
  work: () => Promise<T>,
): Promise<T | undefined> {
  const call = async (lockFunction: string) => {
    const text = `SELECT ${lockFunction}(hashtextextended($1, 0)) AS answer`
    return (await database.query<{ answer: boolean }>(text, [template])).rows[0]!.answer
  }
  if (!(await call('pg_try_advisory_lock'))) return undefined
  try {
    return await work()
  } finally {
    // If the connection is lost, so is the lock, and the first error is the one to report.
    await call('pg_advisory_unlock').catch(() => {})
  }
}

interface FoundDatabase {
  readonly name: string
  readonly comment: string | null
  readonly isUsed: boolean
  readonly now: Date
}

const databasesSql = `SELECT datname::text AS name, shobj_description(oid, 'pg_database') AS comment,
  EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datid = d.oid) AS "isUsed", now()
FROM pg_database AS d WHERE pg_get_userbyid(datdba) = current_user`

/** The living workers, in all databases: a URL may name another database of the same server. */
const workersSql = `SELECT lpad(to_hex(classid::bigint), 8, '0') ||
  lpad(to_hex(objid::bigint), 8, '0') AS worker
FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 1`

/**
 * Drops the databases of killed workers, and those that nobody has used for a week. Databases with
 * open connections and databases that are not driftpin's remain.
 *
 * @returns The names of the databases of this user that remain.
 */
export async function removeLeftovers(database: Queryable): Promise<string[]> {
  // In this order: a worker whose database is in the first answer has its lock in the second.
  const { rows: found } = await database.query<FoundDatabase>(databasesSql)
  const { rows: locks } = await database.query<{ worker: string }>(workersSql)
  const workers = new Set(locks.map(({ worker }) => worker))
  const dropped = new Set<string>()
  for (const { name } of found.filter((one) => isUnused(one, workers))) {
    // A database that cannot be dropped now, or that another process drops, is left to the next
    // run.
    const isDropped = await tryTemplateLock(database, name, async () => {
      // Somebody may have started to use it.
      const text = `${databasesSql} AND datname = $1`
      const { rows } = await database.query<FoundDatabase>(text, [name])
      if (!rows[0] || !isUnused(rows[0], workers)) return false
      await database.query(`DROP DATABASE ${quoteIdentifier(name)}`)
      return true
    }).catch(() => false)
    if (isDropped) dropped.add(name)
  }
  return found.map(({ name }) => name).filter((name) => !dropped.has(name))
}

function isUnused(
  { name, comment, isUsed, now }: FoundDatabase,
  workers: ReadonlySet<string>,
): boolean {
  if (isUsed) return false
  const worker = databaseNames.workerOf(name)
  if (worker) return !workers.has(worker)
  if (!databaseNames.isTemplate(name) && !databaseNames.isKept(name)) return false
  const used = usedAt(comment)
  return used !== undefined && now.getTime() - used > unusedMsMax
}

import { beforeAll, expect, test } from 'vitest'
import { needPrograms, runWith } from '../support/programs.js'
import { useDatabase } from './support-database.js'
import { serveForTest } from './support-doors.js'

const database = useDatabase()

beforeAll(() => needPrograms('pgbench'))

const clients = 8
const transactions = 100

async function runPgbench(url: string, ...args: readonly string[]): Promise<string> {
  const env = { PGOPTIONS: '' }
  const { code, stdout, stderr } = await runWith('pgbench', [...args, url], '', env)
  expect({ code, args, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, args, stderr: '' })
  return stdout
}

/** What each of its three tables of balances adds up to, and what was noted of each change. */
const sumsSql = `SELECT (SELECT sum(abalance)::int FROM pgbench_accounts) AS accounts,
  (SELECT sum(tbalance)::int FROM pgbench_tellers) AS tellers,
  (SELECT sum(bbalance)::int FROM pgbench_branches) AS branches,
  (SELECT coalesce(sum(delta), 0)::int FROM pgbench_history) AS history,
  (SELECT count(*)::int FROM pgbench_history) AS changes`

test.each(['TCP', 'a unix socket'] as const)(
  'eight clients of pgbench leave balances that are what their history says through %s',
  async (name) => {
    const { db } = database
    const { url } = await serveForTest(db, name)
    await runPgbench(url, '-i', '-s', '1')
    expect((await db.query('SELECT count(*)::int AS count FROM pgbench_accounts')).rows).toEqual([
      { count: 100_000 },
    ])
    let changes = 0
    for (const mode of ['simple', 'extended', 'prepared']) {
      // A thread for each client, since pgbench waits for PREPARE without going on with the others
      // of its thread, of whom one has the transaction open that the PREPARE waits for.
      const threads = ['-c', `${clients}`, '-j', `${clients}`]
      const told = await runPgbench(
        url,
        ...['-M', mode, ...threads, '-t', `${transactions}`, '--random-seed=7', '-n'],
      )
      const all = clients * transactions
      expect(told).toContain(`number of transactions actually processed: ${all}/${all}`)
      expect(told).toContain('number of failed transactions: 0 (0.000%)')
      changes += all
      const { rows } = await db.query<{ history: number }>(sumsSql)
      const { history } = rows[0]!
      expect(history).not.toBe(0)
      expect(rows).toEqual([
        { accounts: history, tellers: history, branches: history, history, changes },
      ])
      // Each account has what its own changes add up to.
      const { rows: wrong } = await db.query(
        `SELECT aid FROM pgbench_accounts LEFT JOIN pgbench_history USING (aid)
       GROUP BY aid, abalance HAVING abalance <> coalesce(sum(delta), 0)`,
      )
      expect(wrong).toEqual([])
    }
  },
)

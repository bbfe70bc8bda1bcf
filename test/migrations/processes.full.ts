import { describe, expect, inject, test } from 'vitest'
import { readCatalog } from '../../src/catalog/index.js'
import { driftpin } from '../support/run-command.js'
import { deployPlace } from './deploy-place.js'
import { startDeploying } from './deploying-process.js'

const index = 'CREATE INDEX CONCURRENTLY one_n ON one (n)'
const files = {
  '1_one.up.sql': 'CREATE TABLE one (n int)',
  '2_index.up.sql': `-- driftpin: no transaction\n${index}`,
  '3_three.up.sql': 'CREATE TABLE three (n int)',
}
const gate = 'SELECT pg_advisory_lock(4712)'
const gated = {
  '1_one.up.sql': 'CREATE TABLE one (n int)',
  '2_two.up.sql': `CREATE TABLE two (n int);\n${gate};\nSELECT pg_advisory_unlock(4712)`,
}

describe.each(inject('servers'))('processes that deploy on PostgreSQL $major', ({ major, url }) => {
  const schemaOf = (what: string) => `${what} ${process.pid} ${major}`

  /** A reader with a snapshot, which keeps the index from being done. */
  async function holdIndexBack(pool: Awaited<ReturnType<typeof deployPlace>>['pool']) {
    const client = await pool.connect()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM pg_class LIMIT 1')
    return async () => {
      await client.query('COMMIT')
      client.release()
    }
  }

  test('six at once apply each migration once, with an index built CONCURRENTLY', async () => {
    const place = await deployPlace(url, schemaOf('six'), files)
    const all = await Promise.all(Array.from({ length: 6 }, () => startDeploying(place.args).ended))
    expect(all.map(({ code }) => code)).toEqual(Array(6).fill(0))
    const said = all.map((one) => one.said).join('')
    for (const file of Object.keys(files)) expect(said.split(file)).toHaveLength(2)
    expect(await place.states()).toEqual(['applied', 'applied', 'applied'])
  })

  test('one that waits goes on when the other is killed in a transaction', async () => {
    const place = await deployPlace(url, schemaOf('waits'), gated)
    const holder = await place.pool.connect()
    await holder.query(gate)
    const first = startDeploying(place.args)
    await place.running(gate)
    const second = startDeploying(place.args)
    await place.hasRun('SELECT pg_catalog.pg_try_advisory_lock')
    await first.kill()
    await holder.query('SELECT pg_advisory_unlock(4712)')
    holder.release()
    const { code, said } = await second.ended
    expect({ code, said }).toMatchObject({ code: 0, said: expect.stringContaining('2_two.up.sql') })
    expect(await place.states()).toEqual(['applied', 'applied'])
  })

  test('one that is killed while its index is built leaves it to its server, and a dirty row', async () => {
    const place = await deployPlace(url, schemaOf('left'), files)
    const { args } = place
    await driftpin(['migrate', 'to', '1', ...args])
    const letGo = await holdIndexBack(place.pool)
    const first = startDeploying(args)
    await place.running(index)
    const second = startDeploying(args)
    await first.kill()
    // The server works on, and whoever asks is told by whom the lock is held.
    await place.running(index)
    await letGo()
    const { code, said } = await second.ended
    expect(code).toBe(1)
    expect(said).toContain('2_index.up.sql runs without a transaction and was interrupted')
    expect(said).toMatch(/No index of the schema .* is invalid/)
    const command = /driftpin migrate (resolve 2 --applied)/.exec(said)![1]!
    const resolved = await driftpin(['migrate', ...command.split(' '), ...args])
    expect(resolved).toMatchObject({ code: 0, stdout: 'Migration 2 is applied now.\n' })
    expect((await driftpin(['migrate', 'up', ...args])).stdout).toMatch(/^3_three\.up\.sql/)
  })

  test('one whose session dies in the middle leaves an invalid index, which is named', async () => {
    const place = await deployPlace(url, schemaOf('dies'), files)
    const { args, pool } = place
    await driftpin(['migrate', 'to', '1', ...args])
    const letGo = await holdIndexBack(pool)
    const first = startDeploying(args)
    const pid = await place.running(index)
    await first.kill()
    await pool.query('SELECT pg_terminate_backend($1)', [pid])
    await letGo()
    const second = await driftpin(['migrate', 'up', ...args])
    expect(second.code).toBe(1)
    const invalid = `"${schemaOf('dies')}"."one_n"`
    expect(second.stderr).toContain(`These indexes are invalid: ${invalid}.`)
    const [, drop, command] =
      /Run: (DROP INDEX CONCURRENTLY [^.]*\.[^.]*)\. .*driftpin migrate (resolve 2 --not-applied)/.exec(
        second.stderr,
      )!
    await pool.query(drop!)
    expect((await driftpin(['migrate', ...command!.split(' '), ...args])).code).toBe(0)
    const third = await driftpin(['migrate', 'up', ...args])
    expect(third.stdout).toMatch(/2_index\.up\.sql.*\n3_three\.up\.sql/)
    const { tables } = await readCatalog(place.database)
    expect(tables.flatMap(({ indexes }) => indexes.filter(({ valid }) => !valid))).toEqual([])
  })
})

test('a command for a dirty migration says which of the two, and only one', async () => {
  const place = await deployPlace(inject('servers')[0]!.url, `says ${process.pid}`, files)
  const args = ['migrate', 'resolve', '2', ...place.args]
  for (const wrong of [[], ['--applied', '--not-applied']]) {
    const { code, stderr } = await driftpin([...args, ...wrong])
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('either --applied or --not-applied'),
    })
  }
})

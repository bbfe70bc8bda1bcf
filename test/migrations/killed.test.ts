import { expect, inject, test } from 'vitest'
import { driftpin } from '../support/run-command.js'
import { deployPlace } from './deploy-place.js'
import { startDeploying } from './deploying-process.js'

const { url } = inject('servers').at(-1)!

test('of a process that is killed in a migration nothing stays, and the next one goes on', async () => {
  const schema = `killed ${process.pid}`
  const gate = `SELECT pg_advisory_lock(4711)`
  const place = await deployPlace(url, schema, {
    '1_one.up.sql': 'CREATE TABLE one (n int)',
    '2_two.up.sql': `CREATE TABLE two (n int);\n${gate};\nSELECT pg_advisory_unlock(4711)`,
  })
  // The migration stands still in its middle until the test lets it go on.
  const holder = await place.pool.connect()
  await holder.query(gate)
  const first = startDeploying(place.args)
  await place.running(gate)
  await first.kill()
  const second = driftpin(['migrate', 'up', ...place.args])
  await holder.query('SELECT pg_advisory_unlock(4711)')
  holder.release()
  const { code, stdout, stderr } = await second
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^2_two\.up\.sql/)
  expect(await place.states()).toEqual(['applied', 'applied'])
})

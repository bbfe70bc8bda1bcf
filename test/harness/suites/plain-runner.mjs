import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { openHarness } from 'driftpin/harness'

let harness
let db

before(async () => {
  harness = await openHarness({ migrations: 'migrations', seed: 'seed.sql' })
  db = await harness.createDatabase()
})
beforeEach(() => db.rewind())
after(() => harness.close())

for (const time of ['once', 'again']) {
  test(`the seed is there ${time}`, async () => {
    const { rows } = await db.query('SELECT name FROM boats ORDER BY id')
    assert.deepEqual(
      rows.map(({ name }) => name),
      ['Argo', 'Beagle'],
    )
    await db.query('DELETE FROM boats')
  })
}

import { setTimeout as sleep } from 'node:timers/promises'
import { databaseTest } from 'driftpin/vitest'

const test = databaseTest({ server: process.env.TEST_SERVER, migrations: 'migrations' })

test('FAILING before the run is killed', async ({ db }) => {
  await db.query("INSERT INTO boats (name) VALUES ('Argo')")
  throw new Error('planted')
})

test('a test in the middle of which the run is killed', async ({ db }) => {
  await db.query("INSERT INTO boats (name) VALUES ('Beagle')")
  await sleep(50_000)
})

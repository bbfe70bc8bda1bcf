import { databaseTest } from 'driftpin/vitest'
import { expect } from 'vitest'

const names = async (db) => {
  const { rows } = await db.query('SELECT name FROM boats ORDER BY id')
  return rows.map(({ name }) => name)
}
const insert = (name) => (db) => db.query('INSERT INTO boats (name) VALUES ($1)', [name])
const migrations = 'migrations'

const fromFile = databaseTest({ migrations, seed: 'seed.sql' })
for (const time of ['once', 'again']) {
  fromFile(`the rows of a seed file are there ${time}`, async ({ db }) => {
    expect(await names(db)).toEqual(['Argo', 'Beagle'])
    await insert('Calypso')(db)
  })
}

let seeded = 0
const fromFunction = databaseTest({
  migrations,
  seed: async (db) => {
    seeded += 1
    await insert('Dunbrody')(db)
  },
})
for (const time of ['once', 'again']) {
  fromFunction(`the rows of a seed function are there ${time}`, async ({ db }) => {
    expect(await names(db)).toEqual(['Dunbrody'])
    await db.script('TRUNCATE boats RESTART IDENTITY')
    expect(seeded).toBe(1)
  })
}

const failing = databaseTest({
  migrations,
  seed: async (db) => {
    await insert('Endeavour')(db)
    throw new Error('the sails are missing')
  },
})
failing('a seed that throws fails a test', async ({ db }) => names(db))
failing('and the next', async ({ db }) => names(db))

databaseTest({ migrations, seed: (db) => db.pglite.exec('BEGIN; DELETE FROM boats') })(
  'a seed that leaves a transaction open fails a test',
  async ({ db }) => names(db),
)

databaseTest({ migrations, seed: 'nowhere.sql' })(
  'a seed file that is not there fails a test',
  async ({ db }) => names(db),
)

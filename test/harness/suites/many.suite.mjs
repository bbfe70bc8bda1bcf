import { databaseTest } from 'driftpin/vitest'

const test = databaseTest({ migrations: 'migrations', isolation: 'rewind' })

for (let n = 1; n <= 12; n += 1) {
  test(`FAILING number ${n}`, async ({ db }) => {
    await db.query('INSERT INTO boats (name) VALUES ($1)', [`Argo ${n}`])
    throw new Error('planted')
  })
}

import { databaseTest } from 'driftpin/vitest'

const test = databaseTest({ migrations: 'migrations' })

const failUnlessMended = async ({ db }) => {
  await db.query("INSERT INTO boats (name) VALUES ('Argo')")
  if (!process.env.MENDED) throw new Error('planted')
}

test('FAILING until it is mended', failUnlessMended)

for (const isSound of [false, true]) {
  test('FAILING beside another of its name', async ({ db }) => {
    if (!isSound) await failUnlessMended({ db })
  })
}

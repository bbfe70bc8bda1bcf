import type pg from 'pg'
import { expect, test } from 'vitest'
import { useDatabase } from './support-database.js'
import { doors, openDoor } from './support-doors.js'

const database = useDatabase()

const refused = { code: '0A000', message: expect.stringContaining('one database') }
const databases = async (client: pg.ClientBase) =>
  (await client.query('SELECT datname AS name FROM pg_database ORDER BY 1')).rows

test.each(doors)(
  'another database can be neither made nor changed nor dropped through %s',
  async (name) => {
    const { client } = await openDoor(database.db, name)
    const one = await client()
    const before = await databases(one)
    for (const sql of [
      'CREATE DATABASE shadow',
      'create\n database "shadow" OWNER postgres',
      'CREATE /* why */ DATABASE shadow -- because',
      'SELECT 1; CREATE DATABASE shadow',
      'DROP DATABASE template1',
      'DROP DATABASE IF EXISTS none WITH (FORCE)',
      'ALTER DATABASE template1 RENAME TO shadow',
      'ALTER DATABASE template1 SET TABLESPACE pg_default',
    ]) {
      await expect(one.query(sql), sql).rejects.toMatchObject(refused)
    }
    const prepared = { name: 'make', text: 'CREATE DATABASE shadow' }
    await expect(one.query(prepared)).rejects.toMatchObject(refused)
    await one.query('BEGIN')
    await expect(one.query('CREATE DATABASE shadow')).rejects.toMatchObject(refused)
    await expect(one.query('SELECT 1')).rejects.toMatchObject({ code: '25P02' })
    await one.query('ROLLBACK')
    expect(await databases(one)).toEqual(before)
  },
)

test.each(doors)('what only speaks of databases is not refused through %s', async (name) => {
  const { client } = await openDoor(await database.createDatabase(), name)
  const one = await client()
  for (const sql of [
    "SELECT 'CREATE DATABASE shadow'",
    'CREATE TABLE database (name text); DROP TABLE database',
    "COMMENT ON DATABASE postgres IS 'DROP DATABASE'",
    'ALTER DATABASE postgres SET work_mem = 1000',
    'ALTER DATABASE postgres OWNER TO postgres',
  ]) {
    await one.query(sql)
  }
})

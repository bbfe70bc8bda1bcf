import { expect, onTestFinished, test, vi } from 'vitest'
import { useDatabase } from './support-database.js'
import { configOf, connect, openDoor, serveForTest } from './support-doors.js'

const database = useDatabase()

test('what a client begins with may be written in any case, and changed like any other', async () => {
  const server = await serveForTest(database.db, 'TCP')
  const options = '-c timezone=Asia/Tokyo -c DATESTYLE=German'
  const client = await connect({ ...configOf(server), options })
  const other = await connect(configOf(server))
  const shown = async (name: string) => Object.values((await client.query(`SHOW ${name}`)).rows[0])
  await client.query("SET TIME ZONE 'Europe/Rome'")
  await other.query('SELECT 1')
  expect(await shown('timezone')).toEqual(['Europe/Rome'])
  await client.query('RESET timezone; RESET DateStyle')
  await other.query('SELECT 1')
  expect([await shown('timezone'), await shown('datestyle')]).toEqual([
    ['Asia/Tokyo'],
    ['German, DMY'],
  ])
})

test('a pool takes no options from the environment of the process', async () => {
  vi.stubEnv('PGOPTIONS', '-c work_mem=7MB')
  onTestFinished(() => {
    vi.unstubAllEnvs()
  })
  const { pool } = await openDoor(database.db, 'openPool')
  expect((await pool.query('SHOW work_mem')).rows).toEqual([{ work_mem: '4MB' }])
})

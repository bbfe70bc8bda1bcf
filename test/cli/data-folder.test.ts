import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import {
  databaseFolderOf,
  dataFolderOf,
  holdsDatabase,
  readServing,
  removeServing,
  withDataFolder,
  writeServing,
} from '../../src/cli/data-folder.js'
import { migrateCommand } from '../../src/cli/migrate-command.js'
import { withDatabase, withDevDatabase } from '../../src/cli/open-database.js'
import { queryCommand } from '../../src/cli/query-command.js'
import { statusCommand } from '../../src/cli/status-command.js'
import { withFolderLock } from '../../src/cli/with-folder-lock.js'
import { serve } from '../../src/connections.js'
import { openPGlite } from '../support/open-pglite.js'
import { driftpin } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { printedBy } from './printed-by.js'
import { refusalOf } from './refusal-of.js'

async function plant(...path: string[]): Promise<void> {
  await mkdir(join(...path, '..'), { recursive: true })
  await writeFile(join(...path), '18')
}

describe('a data folder', () => {
  test('has its database in it, or is one that a PGlite made elsewhere', async () => {
    const folder = await temporaryFolder()
    await plant(folder, 'ours', 'database', 'PG_VERSION')
    await plant(folder, 'theirs', 'PG_VERSION')
    expect(databaseFolderOf(join(folder, 'ours'))).toBe(join(folder, 'ours', 'database'))
    expect(databaseFolderOf(join(folder, 'theirs'))).toBe(join(folder, 'theirs'))
    expect(holdsDatabase(folder)).toBe(false)
  })

  test('is the same one where the database in it is named', async () => {
    const folder = await temporaryFolder()
    const database = join(folder, 'ours', 'database')
    await plant(database, 'PG_VERSION')
    await plant(folder, 'ours', 'driftpin.lock')
    expect(await dataFolderOf(database)).toBe(join(folder, 'ours'))
    // Beside other things it is only called so.
    await plant(folder, 'ours', 'thesis.txt')
    expect(await dataFolderOf(database)).toBe(database)
  })

  test('of a project may hold what other tools of driftpin left there', async () => {
    const folder = join(await temporaryFolder(), '.driftpin')
    await plant(folder, 'failed', '4711', 'a-test.image')
    await plant(folder, 'whatever')
    const refused = withDatabase({ data: folder, schema: 'public' }, 'refuse', async () => {})
    await expect(refused).rejects.toThrow('There is no database in')
  })

  test('is cleaned of the unfinished files of processes that were killed', async () => {
    const folder = await temporaryFolder()
    const lock = (pid: number | string) => `driftpin.lock.${pid}.${randomUUID()}`
    const [dead, empty, elsewhere, waiting] = [lock(999999999), lock(999999998), lock(5), lock(1)]
    await writeFile(join(folder, dead), `999999999 token - ${hostname()}`)
    await writeFile(join(folder, empty), '')
    await writeFile(join(folder, elsewhere), '5 token - another-host')
    await writeFile(join(folder, waiting), `1 token - ${hostname()}`)
    await writeFile(join(folder, 'driftpin.lock.notes'), 'not a lock')
    await writeFile(join(folder, 'serving.json.999999999'), '{')
    await withDataFolder(folder, async () => {
      const names = ['driftpin.lock', 'driftpin.lock.notes', elsewhere, waiting]
      expect((await readdir(folder)).toSorted()).toEqual(names.toSorted())
    })
  })

  test('that cannot be cleaned up hides no error', async () => {
    const folder = await temporaryFolder()
    const work = withDataFolder(folder, async () => {
      await rm(folder, { recursive: true })
      throw new Error('the real cause')
    })
    await expect(work).rejects.toThrow('the real cause')
  })

  test('is made whole where it is wanted, for this user alone', async () => {
    const data = join(await temporaryFolder(), 'deep', 'data')
    const options = { data, schema: 'public' }
    await withDatabase(options, 'create', ({ database }) =>
      database.script('CREATE TABLE boats ()'),
    )
    expect(await readdir(data)).toEqual(['database'])
    expect((await stat(data)).mode & 0o077).toBe(0)
    expect(await readdir(data)).toEqual(['database'])
    // As a process leaves it that is killed while another database takes the place.
    await rename(join(data, 'database'), join(data, 'database.old'))
    await withDatabase(options, 'refuse', ({ database }) => database.script('TABLE boats'))
    expect(await readdir(data)).toEqual(['database'])
  })
})

describe('a data folder that a process serves', () => {
  test('is reached through it, while it runs', async () => {
    const folder = await temporaryFolder()
    const pglite = await openPGlite()
    await pglite.exec('CREATE TABLE boats AS SELECT 7 AS length')
    const server = await serve(pglite)
    const serving = { pid: process.pid, url: server.url, startedAt: new Date().toISOString() }
    await withFolderLock(folder, async () => {
      await writeServing(folder, serving)
      expect((await stat(join(folder, 'serving.json'))).mode & 0o777).toBe(0o600)
      const args = ['--data', folder]
      const query = await driftpin(['query', 'SELECT length FROM boats', '--json', ...args])
      expect(JSON.parse(query.stdout)).toEqual([{ length: 7 }])
      const status = JSON.parse(await printedBy(statusCommand(), '--json', ...args))
      expect(status.database).toMatchObject({ kind: 'embedded', folder, serving })
      const migrations = await printedBy(migrateCommand(), 'status', ...args)
      expect(migrations).toMatch(/ 1 +create_workspaces +pending/)
      await removeServing(folder)
      expect(await readServing(folder)).toBeUndefined()
    })
    await server.close()
    await pglite.close()
  })

  test('is not looked for at a process that died, or that is another one', async () => {
    const folder = await temporaryFolder()
    const dead = { pid: 999_999_999, url: 'postgresql://x', startedAt: new Date().toISOString() }
    await writeServing(folder, dead)
    await writeFile(join(folder, 'driftpin.lock'), '999999999')
    expect(await readServing(folder)).toBeUndefined()
    await writeServing(folder, { ...dead, pid: process.pid })
    expect(await readServing(folder)).toBeUndefined()
    await writeFile(join(folder, 'driftpin.lock'), String(process.pid))
    expect(await readServing(folder)).toMatchObject({ pid: process.pid })
    await writeFile(join(folder, 'serving.json'), '{"pid": 1')
    expect(await readServing(folder)).toBeUndefined()
  })

  test('that does not answer is told with its process', async () => {
    const folder = await temporaryFolder()
    await withFolderLock(folder, async () => {
      const url = 'postgresql://postgres@127.0.0.1:1/postgres'
      await writeServing(folder, { pid: process.pid, url, startedAt: new Date().toISOString() })
      const opened = withDevDatabase({ data: folder, schema: 'public' }, async () => {})
      await expect(opened).rejects.toThrow(
        `process ${process.pid} cannot be used: There is no connection`,
      )
    })
  })
})

test.each([
  [['SELECT 1', '--data', '/nowhere/at/all'], 'Create one with driftpin dev'],
  [['SELECT 1', '--data', 'x', '--database', 'postgres://x'], 'not both'],
  [['SELECT 1', '--database', 'postgres://u:hunter2@[::1/x'], 'its URL cannot be read'],
  [['SELECT 1', '--database', 'http://u:hunter2@x'], 'is not a URL'],
  [['SELECT 1', '--data', '/dev/null'], 'it is a file'],
])('wrong use is refused in one line, without secrets: query %j', async (args, message) => {
  const refusal = await refusalOf(queryCommand(), args)
  expect(refusal.exitCode).toBe(exitCodes.wrongUse)
  expect(refusal.message).toContain(message)
  expect(refusal.message).not.toMatch(/hunter2|\n/)
})

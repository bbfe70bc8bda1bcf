import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type PackedDriftpin, packDriftpin } from '../support/packed-driftpin.js'
import { queryOnce } from '../support/query-once.js'
import { run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { DevProcess, dataOf } from './dev-process.js'

let packed: PackedDriftpin

beforeAll(async () => {
  packed = await packDriftpin()
})

afterAll(() => packed?.[Symbol.asyncDispose]())

/** A project with migrations of its own. */
async function writeProject(): Promise<string> {
  const cwd = await temporaryFolder()
  await mkdir(join(cwd, 'db'))
  await writeFile(join(cwd, 'db/1_create_boats.up.sql'), 'CREATE TABLE boats (name text);')
  await writeFile(join(cwd, 'db/1_create_boats.down.sql'), 'DROP TABLE boats;')
  await writeFile(join(cwd, 'boats.sql'), "INSERT INTO boats VALUES ('Ada'), ('Bea');")
  return cwd
}

const args = ['--port', '0', '--json', '--migrations', 'db', '--ledger', 'boats_ledger']

async function boatsOf(url: string): Promise<string[]> {
  const rows = await queryOnce(url, 'SELECT name FROM boats ORDER BY 1')
  return rows.map(({ name }) => name)
}

test("another project's migrations and seed are run once, and new migrations at the next start", async () => {
  const cwd = await writeProject()
  const start = { main: packed.main, cwd, args: [...args, '--seed', 'boats.sql'] }
  {
    await using dev = new DevProcess(start)
    const { url, seeded, migrations } = await dev.ready()
    expect({ seeded, applied: migrations.applied }).toEqual({
      seeded: join(cwd, 'boats.sql'),
      applied: 1,
    })
    expect(await boatsOf(url)).toEqual(['Ada', 'Bea'])
    const asked = ['migrate', 'status', '--migrations', 'db', '--ledger', 'boats_ledger', '--json']
    const status = await run(process.execPath, [packed.main, ...asked, '--data', '.driftpin'], {
      cwd,
    })
    expect(JSON.parse(status.stdout)).toMatchObject([{ name: 'create_boats', state: 'applied' }])
    const save = [packed.main, 'image', 'save', 'boats', '--json']
    const saved = await run(process.execPath, save, { cwd })
    expect(JSON.parse(saved.stdout)).toMatchObject({
      migrations: { applied: 1, newest: '000001_create_boats' },
    })
    await dev.end('SIGINT')
  }
  await writeFile(join(cwd, 'db/2_add_sails.up.sql'), 'ALTER TABLE boats ADD sails int;')
  await writeFile(join(cwd, 'db/2_add_sails.down.sql'), 'ALTER TABLE boats DROP sails;')
  {
    await using dev = new DevProcess(start)
    const { url, seeded, isNew, migrations } = await dev.ready()
    expect({ seeded, isNew, ran: migrations.ran }).toEqual({
      seeded: null,
      isNew: false,
      ran: ['2_add_sails.up.sql'],
    })
    expect(await boatsOf(url)).toEqual(['Ada', 'Bea'])
    await dev.end('SIGINT')
  }
  await writeFile(join(cwd, 'db/2_add_sails.up.sql'), 'ALTER TABLE boats ADD sails bigint;')
  {
    await using dev = new DevProcess(start)
    expect(await dev.ended).toBe(1)
    expect(dev.stderr).toMatch(/^driftpin: 2_add_sails\.up\.sql was changed [^\n]* --fresh\.\n$/)
  }
  await using dev = new DevProcess({ ...start, args: [...args, '--fresh'] })
  expect(await boatsOf((await dev.ready()).url)).toEqual([])
  expect(await dev.end('SIGINT')).toBe(0)
})

test('a seed or a migration that fails leaves no folder, and the database that was there', async () => {
  const cwd = await writeProject()
  await writeFile(
    join(cwd, 'bad.sql'),
    "INSERT INTO boats VALUES ('Cas'); INSERT INTO ships VALUES (1);",
  )
  const bad = { main: packed.main, cwd, args: [...args, '--seed', 'bad.sql'] }
  {
    await using dev = new DevProcess(bad)
    expect(await dev.ended).toBe(1)
    expect(dev.stderr).toMatch(/^driftpin: The seed \S+ failed and left nothing behind: [^\n]+\n$/)
    await expect(readdir(dataOf(cwd))).rejects.toMatchObject({ code: 'ENOENT' })
  }
  const good = { ...bad, args: [...args, '--seed', 'boats.sql'] }
  {
    await using dev = new DevProcess(good)
    await dev.ready()
    await dev.end('SIGINT')
  }
  {
    await using dev = new DevProcess({ ...bad, args: [...bad.args, '--fresh'] })
    expect(await dev.ended).toBe(1)
  }
  await writeFile(join(cwd, 'db/2_add_sails.up.sql'), 'ALTER TABLE boats ADD sails integre;')
  await writeFile(join(cwd, 'db/2_add_sails.down.sql'), 'ALTER TABLE boats DROP sails;')
  {
    await using dev = new DevProcess({ ...good, args: [...good.args, '--fresh'] })
    expect(await dev.ended).toBe(1)
    expect(dev.stderr).toContain('2_add_sails.up.sql failed')
  }
  await writeFile(join(cwd, 'db/2_add_sails.up.sql'), 'ALTER TABLE boats ADD sails integer;')
  await using dev = new DevProcess(good)
  const { url, isNew } = await dev.ready()
  expect(isNew).toBe(false)
  expect(await boatsOf(url)).toEqual(['Ada', 'Bea'])
  expect(await dev.end('SIGINT')).toBe(0)
  expect((await readdir(dataOf(cwd))).toSorted()).toEqual(['.gitignore', 'database'])
})

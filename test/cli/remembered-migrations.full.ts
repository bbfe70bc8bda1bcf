import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readRemembered } from '../../src/cli/migrations.js'
import { inFolder, shopStatus, writeShop } from './shop-project.js'

test('a dev database starts only with the migrations it was made with, wherever they are', async () => {
  const cwd = await writeShop()
  const { driftpin, started, refused } = inFolder(cwd)
  const folder = join(cwd, 'm')
  const create = ['migrate', 'up', '--migrations', 'm', '--ledger', 'shop_ledger']
  expect(await driftpin(...create, '--data', '.shop')).toMatchObject({ code: 0 })
  const watching = await refused('--watch', '.')
  expect(watching).toMatchObject({ code: 2, stderr: expect.stringContaining('--watch needs') })
  {
    await using dev = started('--fresh')
    expect((await dev.ready()).migrations).toMatchObject({ applied: 1, newest: '000001_shop' })
    expect(await dev.end('SIGINT')).toBe(0)
  }

  await mkdir(join(cwd, 'other'))
  for (const end of ['up', 'down']) {
    await writeFile(join(cwd, `other/000001_other.${end}.sql`), 'SELECT 1;')
  }
  const other = await refused('--migrations', 'other', '--ledger', 'shop_ledger')
  expect(other).toMatchObject({ code: 1 })
  expect(other.stderr).toContain('was made with the migrations in m')
  expect(other.stderr).not.toContain('--fresh')

  await rename(folder, join(cwd, 'moved'))
  const lost = await refused()
  expect(lost).toMatchObject({ code: 2 })
  expect(lost.stderr).toContain(`The migrations in ${folder} cannot be read`)
  expect(lost.stderr).toContain('name them with --migrations')
  {
    await using dev = started('--migrations', 'moved', '--ledger', 'shop_ledger')
    await dev.ready()
    expect(await dev.end('SIGINT')).toBe(0)
  }
  const { stdout } = await driftpin('status', '--data', '.shop', '--json')
  const moved = { ...shopStatus, folder: join(cwd, 'moved') }
  expect(JSON.parse(stdout).migrations).toMatchObject(moved)
})

test('a dev database of a version that kept no record goes on, and has one from then on', async () => {
  const cwd = await writeShop()
  const { driftpin, started, refused } = inFolder(cwd)
  const record = join(cwd, '.shop/database/driftpin.json')
  {
    await using dev = started('--migrations', 'm')
    await dev.ready()
    expect(await dev.end('SIGINT')).toBe(0)
  }
  await rm(record)
  const blind = await refused()
  expect(blind).toMatchObject({ code: 1 })
  expect(blind.stderr).toContain(
    'If the database was made with other migrations, name them with --migrations',
  )
  const named = await driftpin('status', '--data', '.shop', '--migrations', 'm', '--json')
  expect(JSON.parse(named.stdout).migrations).toMatchObject(shopStatus)
  {
    await using dev = started('--migrations', 'm')
    await dev.ready()
    expect(await dev.end('SIGINT')).toBe(0)
  }
  expect(JSON.parse(await readFile(record, 'utf8'))).toEqual({
    migrations: '../m',
    forwardOnly: false,
    ledger: 'driftpin_migrations',
  })
  await writeFile(record, '{"migrations": 7')
  expect(await readRemembered(join(cwd, '.shop'))).toBeUndefined()
})

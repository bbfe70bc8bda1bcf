import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { migrationSource, readRemembered, writeRemembered } from '../../src/cli/migrations.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { inFolder, shopStatus, writeShop } from './shop-project.js'

test('a dev database knows which migrations it was made with, while it runs and later', async () => {
  const cwd = await writeShop()
  const { driftpin, started } = inFolder(cwd)
  const status = async (...args: string[]) => {
    const { stdout } = await driftpin('status', '--data', '.shop', '--json', ...args)
    return JSON.parse(stdout).migrations
  }
  const folder = join(cwd, 'm')
  {
    await using dev = started('--migrations', 'm', '--ledger', 'shop_ledger')
    await dev.ready()
    expect(await status()).toEqual({ ...shopStatus, dirty: 0, folder })
    const chats = await driftpin('chats', '--data', '.shop')
    expect(chats).toMatchObject({ code: 2, stdout: '' })
    expect(chats.stderr).toContain('was made with the migrations in m')
    expect(chats.stderr).not.toContain('migrate up')
    expect(await dev.end('SIGINT')).toBe(0)
  }
  expect(await status()).toMatchObject(shopStatus)
  const words = await driftpin('status', '--data', '.shop')
  expect(words.stdout).toMatch(/^migrations +1 applied, up to 000001_shop, from m$/m)
  expect((await driftpin('migrate', 'status', '--data', '.shop')).stdout).toMatch(
    / 1 +shop +applied/,
  )
  expect((await driftpin('migrate', 'check', '--data', '.shop')).stdout).toContain(
    'The schema equals the schema that the code expects.',
  )
  // Another ledger is that of other migrations.
  expect(await status('--ledger', 'driftpin_migrations')).toMatchObject({
    applied: 0,
    folder: null,
  })
  {
    await using dev = started()
    const { migrations, isNew } = await dev.ready()
    expect({ isNew, ...migrations }).toEqual({
      isNew: false,
      applied: 1,
      newest: '000001_shop',
      ran: [],
    })
    expect(await dev.end('SIGINT')).toBe(0)
  }
})

test("a database that migrate up makes is remembered too, and the ledger of driftpin's own", async () => {
  const cwd = await writeShop()
  const { driftpin } = inFolder(cwd)
  await driftpin('migrate', 'up', '--migrations', 'm', '--data', '.shop')
  const status = await driftpin('status', '--data', '.shop', '--json')
  expect(JSON.parse(status.stdout).migrations).toMatchObject(shopStatus)
  await driftpin('migrate', 'up', '--ledger', 'own_ledger', '--data', '.own')
  expect(await driftpin('chats', '--data', '.own')).toMatchObject({ code: 0, stderr: '' })
})

test('what options mean on a database that remembers its migrations', async () => {
  const own = { folder: null, forwardOnly: false, ledger: 'driftpin_migrations' }
  const shop = { folder: '/shop/m', forwardOnly: true, ledger: 'shop_ledger' }
  expect(migrationSource({}, undefined)).toEqual(own)
  expect(migrationSource({}, shop)).toEqual(shop)
  expect(migrationSource({ migrations: '/shop/m' }, shop)).toEqual(shop)
  expect(migrationSource({ ledger: 'shop_ledger' }, shop)).toEqual(shop)
  expect(migrationSource({ ledger: 'driftpin_migrations' }, shop)).toEqual(own)
  expect(migrationSource({ migrations: '/other' }, shop)).toEqual({ ...own, folder: '/other' })
})

test('a project that is moved as a whole finds its migrations', async () => {
  const cwd = await temporaryFolder()
  const source = { folder: join(cwd, 'old/m'), forwardOnly: true, ledger: 'shop_ledger' }
  await mkdir(join(cwd, 'old/.shop/database.old'), { recursive: true })
  // Under this name it lies while another database takes its place.
  await writeRemembered(join(cwd, 'old/.shop/database.old'), join(cwd, 'old/.shop'), source)
  await rename(join(cwd, 'old'), join(cwd, 'new'))
  expect(await readRemembered(join(cwd, 'new/.shop'))).toEqual({
    ...source,
    folder: join(cwd, 'new/m'),
  })
})

test('adopt and grants use the migrations that a database was made with', async () => {
  const cwd = await writeShop()
  const { driftpin } = inFolder(cwd)
  const data = ['--data', '.shop']
  await driftpin('migrate', 'up', '--migrations', 'm', '--ledger', 'shop_ledger', ...data)
  await driftpin('query', 'DROP TABLE shop_ledger', ...data)
  const adopted = await driftpin('migrate', 'adopt', '--version', '1', '--json', ...data)
  expect(JSON.parse(adopted.stdout).migrations).toEqual([{ version: 1, name: 'shop' }])
  const { stdout } = await driftpin('migrate', 'status', ...data)
  expect(stdout).toMatch(/ 1 +shop +applied/)
  const grants = await driftpin('grants', '--app-role', 'app', ...data)
  expect(grants.stdout).toContain('"shop_ledger"')
})

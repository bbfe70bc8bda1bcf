import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { migrationSource, readRemembered, writeRemembered } from '../../src/cli/migrations.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { inFolder, printedIn, refusedIn, shopStatus, writeShop } from './shop-project.js'

test('a dev database knows which migrations it was made with, while it runs and later', async () => {
  const cwd = await writeShop()
  const { started } = inFolder(cwd)
  const printed = (...args: [string, ...string[]]) => printedIn(cwd, ...args, '--data', '.shop')
  const status = async (...args: string[]) =>
    JSON.parse(await printed('status', '--json', ...args)).migrations
  const folder = join(cwd, 'm')
  {
    await using dev = started('--migrations', 'm', '--ledger', 'shop_ledger')
    await dev.ready()
    expect(await status()).toEqual({ ...shopStatus, dirty: 0, folder })
    const { exitCode, message } = await refusedIn(cwd, 'chats', '--data', '.shop')
    expect(exitCode).toBe(2)
    expect(message).toContain('was made with the migrations in m')
    expect(message).not.toContain('migrate up')
    expect(await dev.end('SIGINT')).toBe(0)
  }
  expect(await status()).toMatchObject(shopStatus)
  expect(await printed('status')).toMatch(/^migrations +1 applied, up to 000001_shop, from m$/m)
  expect(await printed('migrate', 'status')).toMatch(/ 1 +shop +applied/)
  expect(await printed('migrate', 'check')).toContain(
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
  await printedIn(cwd, 'migrate', 'up', '--migrations', 'm', '--data', '.shop')
  const { driftpin } = inFolder(cwd)
  const status = await driftpin('status', '--data', '.shop', '--json')
  expect(JSON.parse(status.stdout).migrations).toMatchObject(shopStatus)
  await printedIn(cwd, 'migrate', 'up', '--ledger', 'own_ledger', '--data', '.own')
  expect(await printedIn(cwd, 'chats', '--data', '.own')).toContain('There are no chats')
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
  const printed = (...args: [string, ...string[]]) => printedIn(cwd, ...args, '--data', '.shop')
  await printed('migrate', 'up', '--migrations', 'm', '--ledger', 'shop_ledger')
  await printed('query', 'DROP TABLE shop_ledger')
  const adopted = await printed('migrate', 'adopt', '--version', '1', '--json')
  expect(JSON.parse(adopted).migrations).toEqual([{ version: 1, name: 'shop' }])
  expect(await printed('migrate', 'status')).toMatch(/ 1 +shop +applied/)
  expect(await printed('grants', '--app-role', 'app')).toContain('"shop_ledger"')
})

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { migrationSource, readRemembered, writeRemembered } from '../../src/cli/migrations.js'
import { run, shortLived } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { DevProcess } from './dev-process.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** A project with one migration of its own, in the folder `m`. */
async function writeShop(): Promise<string> {
  const cwd = await temporaryFolder()
  await mkdir(join(cwd, 'm'))
  await writeFile(join(cwd, 'm/000001_shop.up.sql'), 'CREATE TABLE shop (id int);')
  await writeFile(join(cwd, 'm/000001_shop.down.sql'), 'DROP TABLE shop;')
  return cwd
}

const inFolder = (cwd: string) => {
  const driftpin = (...args: string[]) =>
    run(process.execPath, [shortLived, main, ...args], { cwd })
  const started = (...args: string[]) =>
    new DevProcess({ main, cwd, args: ['--data', '.shop', '--port', '0', '--json', ...args] })
  const refused = async (...args: string[]) => {
    await using dev = started(...args)
    return { code: await dev.ended, stderr: dev.stderr }
  }
  return { driftpin, started, refused }
}

const shopStatus = {
  applied: 1,
  pending: 0,
  edited: 0,
  unknown: 0,
  newest: '000001_shop',
}

test('a dev database knows which migrations it was made with, while it runs and later', async () => {
  const cwd = await writeShop()
  const { driftpin, started, refused } = inFolder(cwd)
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
  expect(await status()).toMatchObject({ ...shopStatus, folder: join(cwd, 'moved') })
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

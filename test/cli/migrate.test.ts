import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import { migrateCommand } from '../../src/cli/migrate-command.js'
import { withFolderLock } from '../../src/cli/with-folder-lock.js'
import { newestMigration, ourMigrations } from '../support/our-migrations.js'
import { driftpin } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { refusalOf } from './refusal-of.js'

const { url } = inject('servers').at(-1)!

async function writePairs(folder: string): Promise<void> {
  await mkdir(folder)
  await writeFile(join(folder, '1_create_boats.up.sql'), 'CREATE TABLE boats (name text);')
  await writeFile(join(folder, '1_create_boats.down.sql'), 'DROP TABLE boats;')
  await writeFile(join(folder, '2_add_sails.up.sql'), 'ALTER TABLE boats\n  ADD sails integre;')
  await writeFile(join(folder, '2_add_sails.down.sql'), 'ALTER TABLE boats DROP sails;')
}

describe('migrate on a folder', () => {
  // Each command starts PostgreSQL, which takes seconds: all of them are in the full tier.
  test('what one command makes is there for the next, and no lock is left', async () => {
    const data = join(await temporaryFolder(), 'data')
    const up = await driftpin(['migrate', 'up', '--data', data])
    expect(up.stdout).toContain(newestMigration.up.file)
    const { stdout } = await driftpin(['migrate', 'status', '--json', '--data', data])
    expect(JSON.parse(stdout)).toHaveLength(ourMigrations.length)
    expect(stdout).not.toContain('pending')
    expect(await readdir(data)).not.toContain('driftpin.lock')
  })

  test('a folder that holds something else is left alone', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'thesis.txt'), 'years of work')
    const { code, stderr } = await driftpin(['migrate', 'status', '--data', folder])
    expect(stderr).toContain('contains other files and no database')
    expect(code).toBe(2)
    expect(await readdir(folder)).toEqual(['thesis.txt'])
  })

  test('looking at a database that is not there makes none', async () => {
    const data = join(await temporaryFolder(), 'data')
    const status = await driftpin(['migrate', 'status', '--data', data])
    expect(status.stderr).toContain('There is no database')
    expect(status.code).toBe(2)
    await expect(readdir(data)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  test('of many that find a dead lock one at a time takes it over', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'driftpin.lock'), '999999999')
    await writeFile(join(folder, 'PG_VERSION'), '18')
    let inside = 0
    let most = 0
    const contend = () =>
      withFolderLock(folder, async () => {
        inside += 1
        most = Math.max(most, inside)
        await new Promise((resolve) => setTimeout(resolve, 20))
        inside -= 1
      }).then(
        () => 'worked',
        (error) => error.message,
      )
    const outcomes = await Promise.all(Array.from({ length: 20 }, contend))
    expect(most).toBe(1)
    expect(outcomes).toContain('worked')
    const refused = outcomes.filter((outcome) => outcome !== 'worked')
    for (const message of refused) expect(message).toContain('in use by process')
    expect(await readdir(folder)).toEqual(['PG_VERSION'])
  })

  test('a folder that another process uses is refused, by its pid', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'driftpin.lock'), String(process.pid))
    const { code, stderr } = await driftpin(['migrate', 'up', '--data', folder])
    expect(stderr).toContain(`in use by process ${process.pid}`)
    expect(code).toBe(2)
    expect(await readdir(folder)).toEqual(['driftpin.lock'])
  })
})

describe('migrate on a server', () => {
  test("a user's own pairs run in a schema and a ledger of their own", async () => {
    const folder = join(await temporaryFolder(), 'migrations')
    await writePairs(folder)
    const common = ['--database', url, '--schema', 'cli boats', '--migrations', folder]
    const { code, stdout, stderr } = await driftpin(['migrate', 'up', ...common])
    expect(stdout).toMatch(/^1_create_boats\.up\.sql/)
    expect(stderr).toContain('2_add_sails.up.sql failed in line 2')
    expect(stderr).toContain('SQLSTATE 42704')
    expect(stderr).toContain('>   2 |   ADD sails integre'.replace('>   2', '> 2'))
    expect(code).toBe(1)
    const status = await driftpin(['migrate', 'status', '--json', ...common])
    expect(JSON.parse(status.stdout).map(({ state }: { state: string }) => state)).toEqual([
      'applied',
      'pending',
    ])
  })

  test('a wrong password is one line and exit code 2', async () => {
    const spoilt = Object.assign(new URL(url), { password: 'hunter2' }).href
    const { code, stderr } = await driftpin(['migrate', 'status', '--database', spoilt])
    expect(stderr).toContain('28P01')
    expect(stderr).not.toContain('hunter2')
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(code).toBe(2)
  })

  test.each([
    ['no such database', { pathname: '/nope' }, '3D000'],
    ['nobody listening', { port: '1' }, 'ECONNREFUSED'],
  ])('%s is refused in one line', async (_, spoilt, reason) => {
    const { href, password } = Object.assign(new URL(url), spoilt)
    const refusal = await refusalOf(migrateCommand(), ['status', '--database', href])
    expect(refusal.exitCode).toBe(exitCodes.wrongUse)
    expect(refusal.message).toContain(reason)
    expect(refusal.message).not.toContain(password)
    expect(refusal.message.split('\n')).toHaveLength(1)
  })
})

test('wrong use of the command exits with 2 and touches nothing', async () => {
  const { code, stdout, stderr } = await driftpin(['migrate', 'up', '--database', 'secret'])
  expect(stderr).toContain('is not a URL')
  expect(stderr).not.toContain('secret')
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

test.each([
  [['up'], 'Name a database'],
  [['up', '--data', 'x', '--database', 'postgres://x'], 'not both'],
  [['to', 'x', '--data', 'x'], 'whole number'],
  [['down', '--steps', '-1', '--data', 'x'], 'whole number'],
  [['up', '--migrations', '/nowhere', '--data', 'x'], 'cannot be read'],
  [['down', '--data', 'x'], 'There is no database'],
])('wrong use is refused: migrate %j', async (args, message) => {
  expect(await refusalOf(migrateCommand(), args)).toMatchObject({
    exitCode: exitCodes.wrongUse,
    message: expect.stringContaining(message),
  })
  expect(existsSync('x')).toBe(false)
})

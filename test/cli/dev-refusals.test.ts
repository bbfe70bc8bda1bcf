import { spawn } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import { devCommand } from '../../src/cli/dev-command.js'
import { folderHolder, withFolderLock } from '../../src/cli/with-folder-lock.js'
import { type Finished, run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { hashOfTree } from './hash-of-tree.js'
import { refusalOf } from './refusal-of.js'

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))
const nobody = 65534

/** `driftpin dev` on a folder, by a user who is not the superuser, who may write anywhere. */
async function devWithoutPrivileges(folder: string): Promise<Finished> {
  // Rights are given up when the code is loaded: the repository may lie where nobody else can go.
  const script = `
    const { devCommand } = await import(${JSON.stringify(join(dist, 'cli/dev-command.js'))})
    await import(${JSON.stringify(join(dist, 'cli/dev/run-dev.js'))})
    await import(${JSON.stringify(join(dist, 'cli/dev/new-database.js'))})
    if (process.getuid() === 0) {
      process.setgroups([])
      process.setgid(${nobody})
      process.setuid(${nobody})
    }
    const args = ['--port', '0', '--data', ${JSON.stringify(folder)}]
    await devCommand().parseAsync(args, { from: 'user' }).catch(({ message }) => {
      console.error(message)
      process.exitCode = 2
    })`
  return await run(process.execPath, ['--input-type=module', '--eval', script])
}

test('a folder that may not be written is refused in one line, and stays as it is', async () => {
  const outer = await temporaryFolder()
  const folder = join(outer, 'data')
  await mkdir(folder)
  await Promise.all([chmod(outer, 0o755), chmod(folder, 0o555)])
  const before = await hashOfTree(outer)
  const { stderr } = await devWithoutPrivileges(folder)
  expect(stderr).toBe(`${folder} cannot be written (EACCES).\n`)
  expect((await devWithoutPrivileges(join(folder, 'below'))).stderr).toMatch(
    /^\S+\/below cannot hold a database: EACCES\.\n$/,
  )
  expect(await hashOfTree(outer)).toBe(before)
})

test('a folder of an older PGlite is refused in one line, and stays as it is', async () => {
  const data = await temporaryFolder()
  for (const folder of [data, join(data, 'database')]) {
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'PG_VERSION'), '17\n')
    await writeFile(join(folder, 'postgresql.conf'), '# years of work\n')
    const before = await hashOfTree(data)
    const { message } = await refusalOf(devCommand(), ['--data', data])
    expect(message).toMatch(
      /^\S+ holds a database of PostgreSQL 17, but this driftpin uses Postgre/,
    )
    expect(message).not.toContain('\n')
    expect(await hashOfTree(data)).toBe(before)
  }
})

test("a lock of a process that had the same number is nobody's", async () => {
  // As in a container, where a killed process and the next one are both called 7, say.
  const data = await temporaryFolder()
  await writeFile(
    join(data, 'driftpin.lock'),
    `${process.pid} 6a9b8c1e-0000-4000-8000-000000000001`,
  )
  let inside = false
  await withFolderLock(data, async () => {
    inside = true
    const second = withFolderLock(data, async () => {})
    await expect(second).rejects.toThrow(`in use by process ${process.pid}`)
  })
  expect(inside).toBe(true)
  expect(await readdir(data)).toEqual([])
})

test('a lock of another host is not taken, and its file is named', async () => {
  const data = await temporaryFolder()
  const lock = join(data, 'driftpin.lock')
  // A number that nobody has here: there it may.
  await writeFile(lock, '999999999 6a9b8c1e-0000-4000-8000-000000000001 1 elsewhere.invalid')
  const taken = withFolderLock(data, async () => {})
  await expect(taken).rejects.toThrow('in use by process 999999999 on elsewhere.invalid')
  await expect(taken).rejects.toThrow(`delete ${lock}`)
  expect(await readdir(data)).toEqual(['driftpin.lock'])
  expect(await folderHolder(data)).toBeUndefined()
})

test('a lock is alive as long as the process is that wrote it, and not the next of its number', async () => {
  const data = await temporaryFolder()
  const lock = join(data, 'driftpin.lock')
  const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
  try {
    let written = ''
    await withFolderLock(data, async () => {
      written = await readFile(lock, 'utf8')
    })
    const [, token, startedAt, host] = written.split(' ')
    const its = (start: string) => writeFile(lock, `${other.pid} ${token} ${start} ${host}`)
    await its('-')
    await expect(withFolderLock(data, async () => {})).rejects.toThrow(`process ${other.pid}`)
    if (startedAt === '-') return
    // Another process than this one began at another time, or this test could not tell.
    await its('1')
    await withFolderLock(data, async () => {})
    expect(await readdir(data)).toEqual([])
  } finally {
    other.kill('SIGKILL')
  }
})

test('what keeps a lock from being written is named', async () => {
  const nowhere = join(await temporaryFolder(), 'nowhere')
  await expect(withFolderLock(nowhere, async () => {})).rejects.toThrow(
    'cannot be written (ENOENT).',
  )
})

test('what is no data folder is refused, and nothing in it is touched', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'thesis.txt'), 'years of work')
  const foreign = await refusalOf(devCommand(), ['--data', folder])
  expect(foreign.message).toContain('contains other files and no database')
  const file = await refusalOf(devCommand(), ['--data', join(folder, 'thesis.txt')])
  expect(file.message).toContain('it is a file')
  expect(await readdir(folder)).toEqual(['thesis.txt'])
})

test('a folder that a PGlite made is never replaced', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'PG_VERSION'), '18\n')
  const before = await hashOfTree(folder)
  const { message } = await refusalOf(devCommand(), ['--data', folder, '--fresh'])
  expect(message).toContain('was made by a PGlite')
  expect(await hashOfTree(folder)).toBe(before)
})

test('a bad seed, watched directory or folder of migrations is told before a folder is made', async () => {
  const folder = join(await temporaryFolder(), 'data')
  for (const [option, message] of [
    ['--seed', 'cannot be read'],
    ['--migrations', 'cannot be read'],
    ['--watch', 'cannot be watched'],
  ]) {
    const args = ['--data', folder, option!, join(folder, 'nowhere')]
    expect((await refusalOf(devCommand(), args)).message).toContain(message)
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' })
  }
})

test.each([
  [['--port', 'http'], 'a whole number from 0 to 65535'],
  [['--port', '70000'], 'a whole number from 0 to 65535'],
  [['--memory', '--data', 'x'], 'cannot be used with'],
  [['--memory', '--fresh'], 'cannot be used with'],
  [['--watch', '.', '--migrations', 'db'], 'cannot be used with'],
  [['--sead', 'x'], 'Did you mean --seed?'],
])('wrong use is refused: dev %j', async (args, message) => {
  expect(await refusalOf(devCommand(), args)).toMatchObject({
    exitCode: exitCodes.wrongUse,
    message: expect.stringContaining(message),
  })
})

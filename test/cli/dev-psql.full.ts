import { appendFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { packDriftpin } from '../support/packed-driftpin.js'
import { needPrograms, openTerminal } from '../support/programs.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { DevProcess, writeShop } from './dev-process.js'
import { writeWhilePushing } from './write-while-pushing.js'

test('psql and two clients at once see what a watched directory pushes', async () => {
  await needPrograms('psql', 'script')
  await using packed = await packDriftpin()
  const cwd = await temporaryFolder()
  const file = await writeShop(cwd)
  const args = ['--port', '0', '--json', '--watch', 'shop']
  await using dev = new DevProcess({ main: packed.main, cwd, args })
  const { url } = await dev.ready()
  const terminal = openTerminal(`psql -X -P pager=off "${url}"`, {})
  await terminal.until('postgres=# ')
  const ask = async (command: string) => {
    terminal.write(`${command}\n`)
    await terminal.until(`${command}\n`)
    return await terminal.until(/postgres=[#*!]+ /)
  }
  expect(await ask('LISTEN driftpin_public;')).toContain('LISTEN')
  let asked = 0
  await writeWhilePushing(dev, url, {
    writers: 2,
    push: async (n) => {
      expect(await ask('\\dt')).toContain(' public | chats ')
      await appendFile(file, `Line ${n}.\n`)
      asked += 1
    },
  })
  expect(asked).toBe(3)
  // psql looks for what it was told when it has run something.
  expect(await ask('SELECT 1;')).toContain('(1 row)')
  expect(terminal.screen).toMatch(
    /Asynchronous notification "driftpin_public" with payload.*dirtied/,
  )
  terminal.write('\\q\n')
  expect(await terminal.ended).toBe(0)
  expect(await dev.end('SIGINT')).toBe(0)
})

test('a database in memory is served, seeded, watched and gone', async () => {
  await using packed = await packDriftpin()
  const cwd = await temporaryFolder()
  await writeShop(cwd)
  const args = ['--memory', '--port', '0', '--watch', 'shop']
  await using dev = new DevProcess({
    main: packed.main,
    cwd,
    args,
    env: { FORCE_COLOR: '1', NO_COLOR: '' },
  })
  await dev.until(/Ctrl-C stops it/)
  await dev.until(/pushed.*1 resource; hydrated 1/)
  expect(dev.stdout).toContain('in memory, gone when this ends')
  expect(dev.stdout).toContain('3 owners, 4 workspaces, 9 chats')
  expect(dev.stdout).toContain('\u001b[32mReady\u001b[39m')
  expect(await dev.end('SIGTERM')).toBe(0)
  expect(dev.stdout).toContain('Stopped. The data in memory is gone.')
})

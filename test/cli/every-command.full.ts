import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { createMigrator, fromPg } from '../../src/index.js'
import { makeWorld } from '../context/make-world.js'
import { ourMigrations } from '../support/our-migrations.js'
import { driftpin } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { DevProcess } from './dev-process.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const workspace = fileURLToPath(new URL('../../examples/workspace', import.meta.url))

/** Every command that works on a database of chats, one after the other, as a person would. */
async function useEveryCommand(...place: string[]): Promise<void> {
  const ran = async (...args: string[]) => {
    const finished = await driftpin([...args, ...place])
    expect({ args, ...finished }).toMatchObject({ args, code: 0, stderr: '' })
    return finished.stdout
  }
  const json = async (...args: string[]) => JSON.parse(await ran(...args, '--json'))
  expect(await ran('status')).toMatch(
    new RegExp(`^migrations +${ourMigrations.length} applied`, 'm'),
  )
  const chats: { id: string; dirty: boolean; agentId: string }[] = await json('chats')
  const { id, agentId } = chats.find(({ dirty }) => dirty)!
  const archived: { id: string; archived: boolean }[] = await json('chats', '--archived')
  expect(archived.map((chat) => chat.archived)).toEqual([true])
  expect(await ran('stats', '--exact')).toMatch(/^\d+ chats?: \d+ with pins/m)
  expect(await ran('drift')).toContain(id)
  expect(await ran('pins', id)).toContain(id)
  expect(await ran('diff', id)).toContain('- pinned, + live')
  expect(await ran('refresh', id)).toContain('Refreshed')
  expect(await ran('drift')).not.toContain(id)
  expect(await ran('push', workspace, '--agent', agentId)).toMatch(/^dirty now: \d+ chats?, /m)
  expect(await ran('unpin', id)).toContain(id)
  expect(await ran('purge', '--older-than', '12h', '--dry-run')).toContain('Would delete 1 chat')
  expect(await ran('purge', '--older-than', '12h')).toContain('Deleted 1 chat')
  const counted = await json('query', 'SELECT count(*) FROM chats')
  expect(counted).toEqual([{ count: chats.length }])
  expect(await ran('migrate', 'status')).toContain('applied')
  expect(await ran('migrate', 'up')).toContain('Nothing to do.')
}

test('a dev database that is served, and then the same at rest, takes every command', async () => {
  const cwd = await temporaryFolder()
  const data = `${cwd}/.driftpin`
  await using dev = new DevProcess({ main, cwd, args: ['--port', '0', '--json'] })
  await dev.ready()
  await useEveryCommand('--data', data)
  dev.child.kill('SIGTERM')
  expect(await dev.ended).toBe(0)
  await using again = new DevProcess({ main, cwd, args: ['--fresh', '--port', '0', '--json'] })
  await again.ready()
  again.child.kill('SIGTERM')
  expect(await again.ended).toBe(0)
  await useEveryCommand('--data', data)
})

test.each(inject('servers'))('PostgreSQL $major takes every command', async ({ url }) => {
  const schema = 'every command'
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  const database = fromPg(pool, { schema })
  await createMigrator(database).up()
  await makeWorld(database)
  await pool.end()
  await useEveryCommand('--database', url, '--schema', schema)
})

test('statements come from the standard input, and from files', async () => {
  const cwd = await temporaryFolder()
  const { url } = inject('servers').at(-1)!
  const answered = new Promise<string>((resolve, reject) => {
    const args = [main, 'query', '-', '--database', url]
    const child = execFile(process.execPath, args, { cwd }, (error, stdout) => {
      if (error) reject(error)
      else resolve(stdout)
    })
    child.stdin!.end("SELECT '潮汐' AS tide;\nSELECT 2 AS two")
  })
  expect(await answered).toBe('tide\n潮汐\n(1 row)\n\ntwo\n  2\n(1 row)\n')
})

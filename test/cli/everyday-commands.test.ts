import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import {
  archive,
  createChat,
  createMigrator,
  type Database,
  diff,
  fromPg,
  getChatContext,
  listPins,
  push,
} from '../../src/index.js'
import { scan } from '../../src/scan/index.js'
import { makeAgent } from '../context/make-agent.js'
import { driftpin, type Finished, run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const { url } = inject('servers').at(-1)!
const schema = 'everyday commands'
/** Clears a screen, in the older way of one byte too, and turns a line around. */
const nasty = '\u001b[2J\u009b31m\u202e'
const skill = '---\nname: review\ndescription: Reviews.\n---\n'

let pool: pg.Pool
let database: Database

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: url, max: 2 })
  database = fromPg(pool, { schema })
  await createMigrator(database).up()
})

afterAll(() => pool.end())

/** An agent of a name of its own that has pushed once, and a chat of a nasty title. */
async function makeShop(name: string): Promise<{ agentId: string; chatId: string; owner: string }> {
  const { agentId, ownerId } = await makeAgent(database)
  await database.query(`UPDATE "${schema}".workspace_agents SET name = $1 WHERE id = $2`, [
    name,
    agentId,
  ])
  const { rootName: _, ...found } = await scan(await workspace('first'), { rootName: '/srv/shop' })
  await push(database, { agentId, version: 4, ...found })
  const { chat } = await createChat(database, { ownerId, agentId, title: `Prices ${nasty}` })
  return { agentId, chatId: chat.id, owner: ownerId }
}

/** What an agent has: a text that differs, a skill that comes or goes, and a name of evil. */
async function workspace(text: 'first' | 'second'): Promise<string> {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'AGENTS.md'), `# Shop\n\n${text} ${nasty}\n\nThe same.\n`)
  await mkdir(join(folder, `skills/e${nasty}`), { recursive: true })
  await writeFile(join(folder, `skills/e${nasty}/SKILL.md`), 'no front matter')
  if (text === 'second') return folder
  await mkdir(join(folder, 'skills/review'))
  await writeFile(join(folder, 'skills/review/SKILL.md'), skill)
  return folder
}

const on = (...args: string[]) => driftpin([...args, '--database', url, '--schema', schema])

/** Nothing that a terminal would obey. */
function expectPlain({ stdout, stderr }: Finished): void {
  expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
}

describe('a person at a terminal', () => {
  test('pushes, sees what drifted and how, takes it over, and deletes what is old', async () => {
    const { agentId, chatId, owner } = await makeShop('tender')
    const { chat } = await createChat(database, { ownerId: owner, agentId, title: 'Old' })
    await archive(database, { chatId: chat.id, now: '2020-01-01T00:00:00Z' })
    const folder = await workspace('second')
    const pushed = await on('push', folder, '--root-name', '/srv/shop', '--agent', 'tender')
    expectPlain(pushed)
    expect(pushed.stdout).toMatch(/^Pushed 2 resources, \d+ B, to tender of shop as version 5\.$/m)
    expect(pushed.stdout).toMatch(/^drifted: 1 chat, see driftpin drift$/m)
    expect(pushed.stdout).toMatch(/^skills\/e\\u\{1b\}\S+ +no front matter/m)

    const [drift, chats, shown, pins, purge] = await Promise.all([
      on('drift'),
      on('chats', '--owner', owner),
      on('diff', chatId.slice(0, 8)),
      on('pins', chatId),
      on('purge', '--older-than', '30d', '--dry-run'),
    ])
    for (const one of [drift, chats, shown, pins, purge]) {
      expectPlain(one)
      expect(one).toMatchObject({ code: 0, stderr: '' })
    }
    expect(drift.stdout).toMatch(
      new RegExp(`^${chatId}  Prices .+  tender +just now +0 +1 +1$`, 'm'),
    )
    expect(chats.stdout).toMatch(new RegExp(`^${chatId}  Prices .+  dirty +waiting +tender`, 'm'))
    expect(chats.stdout).not.toContain(chat.id)
    expect(shown.stdout).toContain('\n-first \\u{1b}[2J\\u{9b}31m\\u{202e}\n+second \\u{1b}')
    expect(shown.stdout).toContain('\nremoved /srv/shop/skills/review/SKILL.md\n')
    expect(shown.stdout).toContain('\n-name: review\n')
    expect(shown.stdout).not.toMatch(/^[-+]The same/m)
    expect(pins.stdout).toMatch(/^\/srv\/shop\/skills\/review\/SKILL\.md +skill +43 B +ok/m)
    expect(purge.stdout).toMatch(new RegExp(`^${chat.id}  Old +\\d+ d ago$`, 'm'))
    expect(purge.stdout).toContain('Nothing was deleted.')

    const refreshed = await on('refresh', chatId)
    expectPlain(refreshed)
    expect(refreshed.stdout).toMatch(/^- \/srv\/shop\/skills\/review\/SKILL\.md$/m)
    expect(refreshed.stdout).toContain('Refreshed: 0 added, 1 replaced, 1 removed.')
    expect(await getChatContext(database, { chatId })).toMatchObject({ dirty: false })
    const [deleted, again, clean] = await Promise.all([
      on('purge', '--older-than', '30d'),
      on('refresh', chatId),
      on('diff', chatId),
    ])
    expect(deleted.stdout).toMatch(/^Deleted 1 chat, /)
    expect(again.stdout).toContain('Nothing to do')
    expect(clean.stdout).toContain('Nothing differs')
    await expect(getChatContext(database, { chatId: chat.id })).rejects.toThrow('no chat')
  })

  test('gets JSON of what the operations answer', async () => {
    const { agentId, chatId, owner } = await makeShop('ferry')
    await push(database, { agentId, version: 5, resources: [] })
    const json = async (...args: string[]) => {
      const finished = await on(...args, '--json')
      expectPlain(finished)
      return JSON.parse(finished.stdout)
    }
    const [difference, pins, chats, drift, status] = await Promise.all([
      json('diff', chatId),
      json('pins', chatId),
      json('chats', '--owner', owner),
      json('drift'),
      json('status'),
    ])
    const { removed } = await diff(database, { chatId })
    expect(difference).toMatchObject({ chat: { id: chatId }, hydrated: true, added: [] })
    expect(difference.removed.map(({ source }: { source: string }) => source)).toEqual(
      removed.map(({ source }) => source),
    )
    expect(difference.removed[0].pinned.text).toBe(removed[0]!.pinned.text)
    const kept = await listPins(database, { chatId })
    expect(pins.map(({ source }: { source: string }) => source)).toEqual(
      kept.map(({ source }) => source),
    )
    expect(chats).toMatchObject([{ id: chatId, dirty: true, title: `Prices ${nasty}` }])
    const drifted = { id: chatId, removed: 3, added: 0, modified: 0 }
    expect(drift).toContainEqual(expect.objectContaining(drifted))
    expect(status).toMatchObject({
      database: { kind: 'server', schema },
      migrations: { pending: 0 },
    })
    expect(await json('unpin', chatId)).toMatchObject({ removed: 3, chat: { id: chatId } })
  })

  test('gets the bytes of a pin into a file, and colours only where they are wanted', async () => {
    const { chatId } = await makeShop('barge')
    const body = await on('pins', chatId, '--body', 'AGENTS.md')
    expect(body.stdout).toBe(`# Shop\n\nfirst ${nasty}\n\nThe same.\n`)
    const none = await on('pins', chatId, '--body', `skills/e${nasty}/SKILL.md`)
    expectPlain(none)
    expect(none).toMatchObject({ code: 1, stdout: '' })
    const args = ['pins', chatId, '--database', url, '--schema', schema]
    const env = { FORCE_COLOR: '1', NO_COLOR: '' }
    const main = new URL('../../dist/cli/main.js', import.meta.url).pathname
    const coloured = await run(process.execPath, [main, ...args], { env })
    expect(coloured.stdout).toContain('\u001b[1m')
    expectPlain({ ...coloured, stdout: coloured.stdout.replace(/\u001b\[\d+m/g, '') })
  })

  test('is told what to do where the tables are not there, or nothing is', async () => {
    const other = ['--database', url, '--schema', 'nothing here']
    const [chats, status] = await Promise.all([
      driftpin(['chats', ...other]),
      driftpin(['status', ...other]),
    ])
    expect(chats).toMatchObject({ code: 2, stdout: '' })
    expect(chats.stderr).toContain('driftpin migrate up')
    expect(status).toMatchObject({ code: 0, stderr: '' })
    expect(status.stdout).toMatch(/^migrations +0 applied, \d+ pending$/m)
  })
})

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { Command } from 'commander'
import pg from 'pg'
import stringWidth from 'string-width'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { chatsCommand } from '../../src/cli/chats-command.js'
import { diffCommand } from '../../src/cli/diff-command.js'
import { driftCommand } from '../../src/cli/drift-command.js'
import { pinsCommand } from '../../src/cli/pins-command.js'
import { purgeCommand } from '../../src/cli/purge-command.js'
import { queryCommand } from '../../src/cli/query-command.js'
import { refreshCommand } from '../../src/cli/refresh-command.js'
import { statusCommand } from '../../src/cli/status-command.js'
import { unpinCommand } from '../../src/cli/unpin-command.js'
import { quoteIdentifier } from '../../src/database/names.js'
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
import { driftpin, run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { printedAt, printedBy } from './printed-by.js'
import { refusalOf } from './refusal-of.js'

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
  const found = await scan(await workspace('first'), { rootName: '/srv/shop' })
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

const place = ['--database', url, '--schema', schema]
const on = (...args: string[]) => driftpin([...args, ...place])

/** Nothing that a terminal would obey. */
function expectPlain(printed: string): void {
  expect(printed).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
}

async function print(command: Command, ...args: string[]): Promise<string> {
  const printed = await printedBy(command, ...args, ...place)
  expectPlain(printed)
  return printed
}

describe('a person at a terminal', () => {
  test('pushes, sees what drifted and how, takes it over, and deletes what is old', async () => {
    const { agentId, chatId, owner } = await makeShop('tender')
    const { chat } = await createChat(database, { ownerId: owner, agentId, title: 'Old' })
    await archive(database, { chatId: chat.id, now: '2020-01-01T00:00:00Z' })
    const folder = await workspace('second')
    const pushed = await on('push', folder, '--root-name', '/srv/shop', '--agent', 'tender')
    expectPlain(pushed.stdout)
    expect(pushed).toMatchObject({ code: 0, stderr: '' })
    expect(pushed.stdout).toMatch(/^Pushed 2 resources, \d+ B, to tender of shop as version 5\.$/m)
    expect(pushed.stdout).toMatch(/^dirty now: 1 chat, see driftpin drift$/m)
    expect(pushed.stdout).toMatch(/^skills\/e\\u\{1b\}\S+ +no front matter/m)

    expect(await print(driftCommand())).toMatch(
      new RegExp(`^${chatId}  Prices .+  tender +just now +\\+0 -1 ~1$`, 'm'),
    )
    const chats = await print(chatsCommand(), '--owner', owner)
    expect(chats).toMatch(
      new RegExp(
        `^${chatId}  Prices .+  dirty: instruction_file, skill +mcp_config, mcp_server +waiting +tender`,
        'm',
      ),
    )
    expect(chats).not.toContain(chat.id)
    const shown = await print(diffCommand(), chatId.slice(0, 8))
    expect(shown).toContain('\n-first \\u{1b}[2J\\u{9b}31m\\u{202e}\n+second \\u{1b}')
    expect(shown).toContain('\nremoved /srv/shop/skills/review/SKILL.md\n')
    expect(shown).toContain('\n-name: review\n')
    expect(shown).not.toMatch(/^[-+]The same/m)
    const pins = await print(pinsCommand(), chatId)
    expect(pins).toMatch(/^\/srv\/shop\/skills\/e\S+ {2}no front matter/m)
    expect(pins).toMatch(/^\/srv\/shop\/skills\/review\/SKILL\.md +skill +43 B +ok/m)
    const purge = await print(purgeCommand(), '--older-than', '30d', '--dry-run')
    expect(purge).toMatch(new RegExp(`^${chat.id}  Old +\\d+ d ago$`, 'm'))
    expect(purge).toContain('Nothing was deleted.')

    const refreshed = await print(refreshCommand(), chatId)
    expect(refreshed).toMatch(/^- \/srv\/shop\/skills\/review\/SKILL\.md$/m)
    expect(refreshed).toContain('Refreshed: 0 added, 1 replaced, 1 removed.')
    expect(await getChatContext(database, { chatId })).toMatchObject({ dirty: false })
    expect(await print(refreshCommand(), chatId)).toContain('Nothing to do')
    expect(await print(diffCommand(), chatId)).toContain('Nothing differs')
    expect(await print(purgeCommand(), '--older-than', '30d')).toMatch(/^Deleted 1 chat, /)
    await expect(getChatContext(database, { chatId: chat.id })).rejects.toThrow('no chat')
  })

  test('gets JSON of what the operations answer', async () => {
    const { agentId, chatId, owner } = await makeShop('ferry')
    await push(database, { agentId, version: 5, resources: [] })
    const json = async (command: Command, ...args: string[]) =>
      JSON.parse(await print(command, ...args, '--json'))
    const difference = await json(diffCommand(), chatId)
    const { removed } = await diff(database, { chatId })
    expect(difference).toMatchObject({ chat: { id: chatId }, hydrated: true, added: [] })
    expect(difference.removed.map(({ source }: { source: string }) => source)).toEqual(
      removed.map(({ source }) => source),
    )
    expect(difference.removed[0].pinned.text).toBe(removed[0]!.pinned.text)
    const kept = await listPins(database, { chatId })
    expect(
      (await json(pinsCommand(), chatId)).map(({ source }: { source: string }) => source),
    ).toEqual(kept.map(({ source }) => source))
    const chats = await json(chatsCommand(), '--owner', owner)
    expect(chats).toMatchObject([{ id: chatId, dirty: true, title: `Prices ${nasty}` }])
    const drifted = { id: chatId, removed: 3, added: 0, modified: 0 }
    expect(await json(driftCommand())).toContainEqual(expect.objectContaining(drifted))
    expect(await json(statusCommand())).toMatchObject({
      database: { kind: 'server', schema },
      migrations: { pending: 0 },
    })
    const titles = await json(queryCommand(), `SELECT title FROM chats WHERE id = '${chatId}'`)
    expect(titles).toEqual([{ title: `Prices ${nasty}` }])
    const unpinned = await json(unpinCommand(), chatId)
    expect(unpinned).toMatchObject({ removed: 3, chat: { id: chatId } })
  })

  test('gets all of a list as JSON, and is told where a list was cut', async () => {
    const { agentId, owner } = await makeShop('ferry')
    const before = JSON.parse(await print(driftCommand(), '--json')).length
    for (let n = 0; n < 50; n++) await createChat(database, { ownerId: owner, agentId })
    await push(database, { agentId, version: 5, resources: [] })
    const all = JSON.parse(await print(chatsCommand(), '--owner', owner, '--json'))
    expect(all).toHaveLength(51)
    expect(JSON.parse(await print(driftCommand(), '--json'))).toHaveLength(before + 51)
    expect(JSON.parse(await print(driftCommand(), '--limit', '7', '--json'))).toHaveLength(7)
    for (const command of [chatsCommand(), driftCommand()]) {
      expect(await print(command)).toMatch(/^50 .*, and there are more: --limit/m)
    }
  })

  test('deletes more chats than fit into one batch', async () => {
    const { rows } = await database.query<{ owner: string }>(
      `INSERT INTO ${quoteIdentifier(database.schema)}.chats (owner_id, archived, updated_at)
       SELECT gen_random_uuid(), true, '2001-01-01' FROM generate_series(1, 1001)
       RETURNING owner_id AS owner`,
    )
    expect(rows).toHaveLength(1001)
    expect(await print(purgeCommand(), '--older-than', '7000d')).toMatch(/^Deleted 1,?001 chats, /)
  })

  test('gets the bytes of a pin into a file, and colours only where they are wanted', async () => {
    const { chatId, agentId } = await makeShop('barge')
    const body = await on('pins', chatId, '--body', 'AGENTS.md')
    expect(body.stdout).toBe(`# Shop\n\nfirst ${nasty}\n\nThe same.\n`)
    const none = await on('pins', chatId, '--body', `skills/e${nasty}/SKILL.md`)
    expectPlain(none.stderr)
    expect(none).toMatchObject({ code: 2, stdout: '' })
    const second = await scan(await workspace('second'), { rootName: '/srv/shop' })
    await push(database, { agentId, version: 5, ...second })
    const env = { FORCE_COLOR: '1', NO_COLOR: '' }
    const main = new URL('../../dist/cli/main.js', import.meta.url).pathname
    const coloured = await run(process.execPath, [main, 'diff', chatId, ...place], { env })
    expect(coloured.stdout).toContain('\u001b[1m')
    expect(coloured.stdout).toMatch(/^\u001b\[31m-first/m)
    expect(coloured.stdout).toMatch(/^\u001b\[32m\+second/m)
    expectPlain(coloured.stdout.replace(/\u001b\[\d+m/g, ''))
  })

  test('has lists that fit a terminal, in colours, and texts that cannot command it', async () => {
    const { agentId, chatId, owner } = await makeShop('an agent of a longer name')
    const tides = { ownerId: owner, agentId, title: '潮'.repeat(60) }
    await createChat(database, tides)
    const { chat } = await createChat(database, tides)
    await archive(database, { chatId: chat.id, now: '2020-01-01T00:00:00Z' })
    await push(database, { agentId, version: 5, resources: [] })
    const short = chatId.slice(0, 8)
    const screens: [Command, ...string[]][] = [
      [chatsCommand()],
      [chatsCommand(), '--owner', owner],
      [driftCommand()],
      [pinsCommand(), short],
      [statusCommand()],
      [queryCommand(), 'SELECT id, left(title, 20) FROM chats'],
      [purgeCommand(), '--older-than', '1h', '--dry-run'],
    ]
    for (const [command, ...args] of screens) {
      const printed = await printedAt(80, command, ...args, ...place)
      expect(printed).toContain('\u001b[1m')
      const plain = stripVTControlCharacters(printed)
      expectPlain(printed.replace(/\u001b\[\d+m/g, ''))
      expect(plain.split('\n').filter((line) => stringWidth(line) > 80)).toEqual([])
    }
    expect(stripVTControlCharacters(await printedAt(80, chatsCommand(), ...place))).toMatch(
      new RegExp(`^${short}  Prices `, 'm'),
    )
    const body = ['--body', 'AGENTS.md', ...place]
    expect(await printedAt(80, pinsCommand(), short, ...body)).toBe(
      '# Shop\n\nfirst \\u{1b}[2J\\u{9b}31m\\u{202e}\n\nThe same.\n',
    )
  })

  test('is told what to do where the tables are not there, or nothing is', async () => {
    const other = ['--database', url, '--schema', 'nothing here']
    const chats = await refusalOf(chatsCommand(), other)
    expect(chats).toMatchObject({ exitCode: 2 })
    expect(chats.message).toContain('driftpin migrate up')
    const status = await printedBy(statusCommand(), ...other)
    expect(status).toMatch(/^migrations +0 applied, \d+ pending$/m)
  })
})

import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { agentsCommand } from '../../src/cli/agents-command.js'
import { archiveCommand } from '../../src/cli/archive-command.js'
import { chatsCommand } from '../../src/cli/chats-command.js'
import { pinsCommand } from '../../src/cli/pins-command.js'
import { promptCommand } from '../../src/cli/prompt-command.js'
import { purgeCommand } from '../../src/cli/purge-command.js'
import { refreshCommand } from '../../src/cli/refresh-command.js'
import { skillCommand } from '../../src/cli/skill-command.js'
import { statusCommand } from '../../src/cli/status-command.js'
import { toolsCommand } from '../../src/cli/tools-command.js'
import { quoteIdentifier } from '../../src/database/names.js'
import {
  createChat,
  createMigrator,
  type Database,
  fromPg,
  getChatContext,
  prompt,
  push,
} from '../../src/index.js'
import { makeAgent } from '../context/make-agent.js'
import { makeFile, makeSkill } from '../context/make-resources.js'
import { printedBy } from './printed-by.js'
import { refusalOf } from './refusal-of.js'

const { url } = inject('servers').at(-1)!
const schema = `context_commands_${process.pid}`
const place = ['--database', url, '--schema', schema]
const print = (command: Command, ...args: string[]) => printedBy(command, ...args, ...place)
const json = async (command: Command, ...args: string[]) =>
  JSON.parse(await print(command, ...args, '--json'))

let pool: pg.Pool
let database: Database

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: url, max: 2 })
  database = fromPg(pool, { schema })
  await createMigrator(database).up()
})

afterAll(async () => {
  await database.script(`DROP SCHEMA ${quoteIdentifier(schema)} CASCADE`)
  await pool.end()
})

const file = (text: string) => makeFile('/shop/AGENTS.md', text)
const server = { kind: 'mcp_server' as const, body: { server_name: 'tides' } }

/** An agent that has pushed, and a chat whose pins have drifted from it in two kinds. */
async function makeDrifted() {
  const { agentId, ownerId } = await makeAgent(database)
  const first = [file('one'), makeSkill('old'), makeFile('mcp:tides', 'one', server)]
  await push(database, { agentId, version: 1, resources: first })
  const { chat } = await createChat(database, { ownerId, agentId })
  const second = [file('two'), makeSkill('new'), makeFile('mcp:tides', 'two', server)]
  await push(database, { agentId, version: 2, resources: second })
  return { agentId, ownerId, chatId: chat.id }
}

test('agents and chats show who is starting, what is followed and what has drifted', async () => {
  const { agentId, ownerId, chatId } = await makeDrifted()
  const starting = await makeAgent(database, { ownerId })
  const silent = await makeAgent(database, { ownerId })
  await push(database, { agentId: starting.agentId, version: 1, ready: false, resources: [] })
  const waiting = await createChat(database, { ownerId, agentId: starting.agentId, follows: [] })
  const agents = await print(agentsCommand())
  expect(agents).toMatch(new RegExp(`^${agentId} .* 1 +ready +2 +just now +1$`, 'm'))
  expect(agents).toMatch(new RegExp(`^${starting.agentId} .* starting +1 +just now +1$`, 'm'))
  expect(agents).toMatch(new RegExp(`^${silent.agentId} .* none +0$`, 'm'))
  expect(await json(agentsCommand())).toContainEqual(
    expect.objectContaining({ id: starting.agentId, live: 'starting', version: 1, chats: 1 }),
  )
  const chats = await print(chatsCommand(), '--owner', ownerId)
  expect(chats).toMatch(
    new RegExp(
      `^${chatId} .* dirty: instruction_file, skill +mcp_config, mcp_server +waiting`,
      'm',
    ),
  )
  expect(chats).toMatch(new RegExp(`^${waiting.chat.id} .* starting +waiting`, 'm'))
  const shown = await print(pinsCommand(), chatId)
  expect(shown).toMatch(/^differs in instruction_file, skill; follows mcp_config, mcp_server$/m)
  const { domain } = await json(statusCommand())
  expect(domain.agents.starting).toBe(1)
  expect(domain.chats.kinds).toContainEqual({ kind: 'skill', drifted: 1, followed: 0 })
  const status = await print(statusCommand())
  expect(status).toMatch(/^agents .* 1 starting, in /m)
  expect(status).toMatch(/^drifted +1 instruction_file, 1 skill$/m)
  expect(status).toMatch(/^follow +1 mcp_config, 1 mcp_server$/m)
})

test('a refresh takes some sources, or all chats of an agent', async () => {
  const { agentId, chatId } = await makeDrifted()
  const some = await print(refreshCommand(), chatId, '--only', 'AGENTS.md', 'new/SKILL.md')
  expect(some).toContain('~ /shop/AGENTS.md\n')
  expect(some).not.toContain('skills/old')
  expect(some).toContain('Refreshed: 1 added, 1 replaced, 0 removed.')
  expect((await getChatContext(database, { chatId })).dirtyKinds).toEqual(['skill'])
  expect((await refusalOf(refreshCommand(), [chatId, '--only', 'nope', ...place])).message).toMatch(
    /No pin of this chat ends in nope:/,
  )
  const all = await print(refreshCommand(), '--agent', agentId)
  expect(all).toMatch(/^Refreshed 1 chat\. Pins: 0 added, 0 replaced, 1 removed\.$/m)
  expect((await getChatContext(database, { chatId })).dirty).toBe(false)
  for (const args of [[], [chatId, '--agent', agentId]]) {
    expect((await refusalOf(refreshCommand(), [...args, ...place])).message).toMatch(
      /Name a chat, or/,
    )
  }
})

test('skills and tools of a chat are shown, and what is not listed', async () => {
  const { chatId, agentId } = await makeDrifted()
  expect(await print(skillCommand(), chatId, 'old')).toBe('---\nname: old\n---\n')
  const { message } = await refusalOf(skillCommand(), [chatId, 'new', ...place])
  expect(message).toBe('This chat has no skill new. It has old.')
  const tools = ['When.', 'Again.'].map((description) => ({ name: 'high', description }))
  const body = { server_name: 'tides', tools }
  await push(database, {
    agentId,
    version: 3,
    resources: [makeFile('mcp:tides', '3', { ...server, body })],
  })
  const shown = await print(toolsCommand(), chatId)
  expect(shown).toMatch(/^tides__high +When\. +mcp:tides$/m)
  expect(shown).toMatch(/^1 tool$/m)
  expect(shown).toMatch(/^mcp:tides +tides__high +\S/m)
  expect((await json(toolsCommand(), chatId)).tools).toHaveLength(1)
})

test('a prompt is printed as it is', async () => {
  const { chatId } = await makeDrifted()
  const { text } = await prompt(database, { chatId })
  expect(text).toContain('<agent-context>')
  expect((await json(promptCommand(), chatId)).text).toBe(text)
})

test('one chat or all idle chats are archived', async () => {
  const { chatId, ownerId } = await makeDrifted()
  const now = '2001-01-01T00:00:00Z'
  const { chat: idle } = await createChat(database, { ownerId, now })
  await createChat(database, { ownerId, now, status: 'running' })
  expect(await print(archiveCommand(), '--idle', '9000d')).toMatch(/^Archived 1 chat, /)
  const archived = await json(chatsCommand(), '--owner', ownerId, '--archived')
  expect(archived.map(({ id }: { id: string }) => id)).toEqual([idle.id])
  expect(await print(archiveCommand(), chatId)).toBe(`Archived the chat ${chatId}.\n`)
  expect(await print(archiveCommand(), chatId)).toMatch(/^It was archived already/)
  for (const args of [[], [chatId, '--idle', '1d']]) {
    expect((await refusalOf(archiveCommand(), [...args, ...place])).message).toMatch(
      /Name a chat, or/,
    )
  }
})

test('a purge of files and debug runs leaves chats and linked files', async () => {
  const { chatId } = await makeDrifted()
  const names = { files: `"${schema}".chat_files`, links: `"${schema}".chat_file_links` }
  const [linked, loose] = [randomUUID(), randomUUID()]
  await database.query(
    `INSERT INTO ${names.files} (id, owner_id, name, mimetype, data, created_at)
     SELECT id, $1, 'a', 'text/plain', 'x', '2001-01-01' FROM unnest($2::uuid[]) AS id`,
    [randomUUID(), [linked, loose]],
  )
  await database.query(`INSERT INTO ${names.links} (chat_id, file_id) VALUES ($1, $2)`, [
    ...[chatId, linked],
  ])
  const all = ['--older-than', '1d', '--files', '--debug-runs']
  expect(await print(purgeCommand(), ...all)).toMatch(
    /^Deleted 1 file and 0 debug runs from before/,
  )
  const { rows } = await database.query(`SELECT id FROM ${names.files}`)
  expect(rows).toEqual([{ id: linked }])
  expect((await refusalOf(purgeCommand(), [...all, '--dry-run', ...place])).message).toMatch(
    /--dry-run/,
  )
})

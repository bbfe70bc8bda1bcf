import { createHash } from 'node:crypto'
import {
  addMessages,
  archive,
  createAgent,
  createBuild,
  createChat,
  createWorkspace,
  push,
} from '../../context/index.js'
import { type Database, quoteIdentifier, type Transaction } from '../../database/index.js'
import { makeBody } from '../../scan/index.js'
import type { ResourceInput } from '../../schema/index.js'
import {
  type SeedAgent,
  type SeedChat,
  type SeedFile,
  seedAgents,
  seedChats,
  seedOwners,
} from './seed-data.js'

const hourMs = 60 * 60 * 1000

/** Something that happened, and when. */
interface SeedEvent {
  readonly hoursAgo: number
  readonly run: (transaction: Transaction, now: Date) => Promise<unknown>
}

/** Ids that differ in their first characters, so that a person can use short prefixes. */
const idOf = (kind: number, number: number) =>
  `${(kind * 0x1000 + number).toString(16)}0000-0000-4000-8000-${String(number).padStart(12, '0')}`
const workspaceId = (number: number) => idOf(0xa, number)
const buildId = (number: number) => idOf(0xb, number)
const agentId = (number: number) => idOf(0xd, number)
const chatId = (number: number) => idOf(0xc, number)

/**
 * Fills an empty database with the data of a small team after some weeks, through the operations
 * that a backend calls. Ids are the same every time; times are relative to `now`. It is atomic.
 */
export async function seedDatabase(database: Database, now = new Date()): Promise<void> {
  const events: SeedEvent[] = [
    ...seedAgents.flatMap((agent, index) => agentEvents(agent, index + 1)),
    ...seedChats.flatMap((chat, index) => chatEvents(chat, index + 1)),
  ]
  // In the order of time, so that pins and dirty marks arise as they would in real use.
  events.sort((one, other) => other.hoursAgo - one.hoursAgo)
  await database.transaction(async (transaction) => {
    for (const { hoursAgo, run } of events) {
      await run(transaction, new Date(now.getTime() - hoursAgo * hourMs))
    }
  })
}

function agentEvents(agent: SeedAgent, number: number): SeedEvent[] {
  const { owner, workspace, directory, pushes, gone } = agent
  const created: SeedEvent = {
    hoursAgo: 1400,
    run: async (transaction, now) => {
      const place = { id: workspaceId(number), ownerId: seedOwners[owner], name: workspace }
      await createWorkspace(transaction, { ...place, now })
      const build = { id: buildId(number), workspaceId: place.id }
      await createBuild(transaction, { ...build, now })
      const made = { id: agentId(number), buildId: build.id, name: 'main', directory }
      await createAgent(transaction, { ...made, operatingSystem: 'linux', now })
    },
  }
  const pushed = pushes.map(({ hoursAgo, files }, index): SeedEvent => {
    const resources = files.map((file) => resourceOf(directory, file))
    const pushed = { agentId: agentId(number), version: index + 1, initial: index === 0, resources }
    return { hoursAgo, run: (transaction, now) => push(transaction, { ...pushed, now }) }
  })
  return [created, ...pushed, ...(gone ? [deletionOf(number)] : [])]
}

function resourceOf(directory: string, [path, text]: SeedFile): ResourceInput {
  const source = `${directory}/${path}`
  const bytes = Buffer.from(text)
  const kind = path.endsWith('SKILL.md')
    ? 'skill'
    : path === '.mcp.json'
      ? 'mcp_config'
      : 'instruction_file'
  const made = makeBody(kind, source, bytes)
  if ('invalid' in made) throw new Error(`The seed contains an invalid ${source}: ${made.invalid}.`)
  return {
    source,
    kind,
    body: made.body,
    contentHash: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
    status: 'ok',
  }
}

function chatEvents(
  { agent, hoursAgo, archivedHoursAgo, ...chat }: SeedChat,
  number: number,
): SeedEvent[] {
  const { owner, title, status, says } = chat
  const id = chatId(number)
  const created: SeedEvent = {
    hoursAgo,
    run: async (transaction, now) => {
      await createChat(transaction, {
        id,
        ownerId: seedOwners[owner],
        agentId: agent === undefined ? undefined : agentId(agent),
        title,
        status,
        now,
      })
      if (says.length === 0) return
      const messages = says.map((said, index) => ({
        role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
        content: [{ type: 'text', text: said }],
      }))
      await addMessages(transaction, { chatId: id, messages, now })
    },
  }
  if (archivedHoursAgo === undefined) return [created]
  const run: SeedEvent['run'] = (transaction, now) => archive(transaction, { chatId: id, now })
  return [created, { hoursAgo: archivedHoursAgo, run }]
}

function deletionOf(number: number): SeedEvent {
  return {
    hoursAgo: 400,
    run: (transaction) =>
      transaction.query(
        `DELETE FROM ${quoteIdentifier(transaction.schema)}.workspace_builds WHERE id = $1`,
        [buildId(number)],
      ),
  }
}

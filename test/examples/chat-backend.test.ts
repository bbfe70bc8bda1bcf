import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { queryOnce } from '../support/query-once.js'
import { shortLived } from '../support/run-command.js'
import { uniqueName } from '../support/unique-name.js'
import { urlWith } from '../support/url-with.js'
import { type Example, openExample } from './open-example.js'

let example: Example
beforeAll(async () => {
  example = await openExample('chat-backend')
})
afterAll(() => example?.[Symbol.asyncDispose]())

/** The backend, started as its README says, and stopped when the callback is over. */
async function withBackend(
  env: NodeJS.ProcessEnv,
  work: (ask: typeof fetch) => Promise<void>,
): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/server.ts'], {
    cwd: example.folder,
    env: {
      ...process.env,
      ...shortLived,
      ...example.env,
      PORT: '0',
      WORKSPACES: example.folder,
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const closed = once(child, 'close')
  while (!stdout.includes('\n')) {
    await Promise.race([once(child.stdout, 'data'), closed])
    if (child.exitCode !== null) throw new Error(`It ended. ${stderr}`)
  }
  const base = stdout.trim()
  try {
    await work((path, init) => fetch(`${base}${path}`, init))
  } finally {
    child.kill('SIGTERM')
  }
  const [code] = await closed
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
}

const user = { 'x-user': crypto.randomUUID() }
const post = (body?: unknown): RequestInit => ({
  method: 'POST',
  headers: user,
  ...(body !== undefined && { body: JSON.stringify(body) }),
})

/** What the answers have, each some of it. */
interface Answer {
  readonly workspaceId: string
  readonly agentId: string
  readonly chat: { readonly id: string }
  readonly hydrated: boolean
  readonly dirtied: unknown
  readonly chats: unknown
  readonly modified: unknown
}

/** A chat begins, its agent drifts and is deleted, and what the chat has stays until it asks. */
async function tellTheStory(ask: typeof fetch): Promise<void> {
  const json = async (path: string, init: RequestInit = { headers: user }) =>
    (await (await ask(path, init)).json()) as Answer
  const text = async (path: string) => await (await ask(path, { headers: user })).text()
  const shop = join(example.folder, 'shop')
  await mkdir(shop, { recursive: true })
  await writeFile(join(shop, 'AGENTS.md'), 'Prices are in cents.\n')

  const { workspaceId, agentId } = await json('/workspaces', post({ name: 'shop' }))
  expect(await json(`/agents/${agentId}/report`, post())).toMatchObject({ accepted: true })
  const { chat, hydrated } = await json('/chats', post({ agentId, title: 'Prices' }))
  expect(hydrated).toBe(true)
  const before = await text(`/chats/${chat.id}/prompt`)
  expect(before).toContain('Prices are in cents.')

  await writeFile(join(shop, 'AGENTS.md'), 'Prices are in euros.\n')
  const { dirtied } = await json(`/agents/${agentId}/report`, post())
  expect(dirtied).toEqual([{ id: chat.id, ownerId: user['x-user'] }])
  expect((await json('/chats')).chats).toMatchObject([{ id: chat.id, dirty: true }])
  expect((await json(`/chats/${chat.id}/drift`)).modified).toMatchObject([
    { pinned: { text: 'Prices are in cents.\n' }, live: { text: 'Prices are in euros.\n' } },
  ])
  expect(await text(`/chats/${chat.id}/prompt`)).toBe(before)
  expect(await json(`/chats/${chat.id}/refresh`, post())).toMatchObject({ replaced: 1 })
  const after = await text(`/chats/${chat.id}/prompt`)
  expect(after).toContain('Prices are in euros.')

  const asked = post([{ role: 'user', content: { text: 'Why?' } }])
  expect((await ask(`/chats/${chat.id}/messages`, asked)).status).toBe(201)
  const gone = await ask(`/workspaces/${workspaceId}`, { method: 'DELETE', headers: user })
  expect(gone.status).toBe(204)
  expect(await text(`/chats/${chat.id}/prompt`)).toBe(after)
  expect((await ask(`/chats/${chat.id}/archive`, post())).status).toBe(204)
  await rm(shop, { recursive: true })
}

/** Each is refused with the status that says whose mistake it was. */
async function askWrongly(ask: typeof fetch): Promise<void> {
  const id = crypto.randomUUID()
  const asked: [number, string, RequestInit?][] = [
    [401, '/chats'],
    [404, `/chats/${id}`, { headers: user }],
    [400, '/chats/7', { headers: user }],
    [404, '/chats', post({ agentId: id })],
    [400, '/chats', post({ agentId: 7 })],
    [400, '/chats', { ...post(), body: '{' }],
    [400, '/workspaces', post({ name: '../elsewhere' })],
    [404, `/agents/${id}/report`, post()],
    [404, `/workspaces/${id}`, { method: 'DELETE', headers: user }],
  ]
  const answers = asked.map(async ([, path, init]) => (await ask(path, init)).status)
  expect(await Promise.all(answers)).toEqual(asked.map(([status]) => status))
}

describe('the chat backend', () => {
  test('keeps what a chat began with, embedded, and refuses what is wrong', () =>
    withBackend({}, async (ask) => {
      await tellTheStory(ask)
      await askWrongly(ask)
    }))

  test('keeps it the same way on a server', async () => {
    const { url } = inject('servers').at(-1)!
    const name = uniqueName('backend')
    await queryOnce(url, `CREATE DATABASE ${name}`)
    try {
      const DATABASE_URL = urlWith(url, { pathname: `/${name}` })
      await withBackend({ DATABASE_URL }, async (ask) => {
        await tellTheStory(ask)
        await askWrongly(ask)
      })
    } finally {
      await queryOnce(url, `DROP DATABASE ${name} WITH (FORCE)`)
    }
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import {
  createAgent,
  createBuild,
  createChat,
  createWorkspace,
  type Database,
  deleteAgent,
  deleteBuild,
  deleteWorkspace,
  getChatContext,
  listPins,
  push,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeFile } from './make-resources.js'
import { refusal } from './refusal.js'

describe.each(engineNames)('workspaces, builds and agents on %s', (name) => {
  const engine = useEngine(name)
  let database: Database
  const ownerId = crypto.randomUUID()
  const missing = crypto.randomUUID()
  beforeAll(async () => {
    database = await engine.install()
  })

  async function make() {
    const { workspace } = await createWorkspace(database, { ownerId, name: 'harbour' })
    const { build } = await createBuild(database, { workspaceId: workspace.id })
    const { agent } = await createAgent(database, { buildId: build.id, name: 'main' })
    await push(database, { agentId: agent.id, version: 1, resources: [makeFile('/AGENTS.md')] })
    const { chat } = await createChat(database, { ownerId, agentId: agent.id })
    return { workspaceId: workspace.id, buildId: build.id, agentId: agent.id, chat }
  }

  test('are created with what is given, and with defaults', async () => {
    const id = crypto.randomUUID()
    const now = '2026-01-02T03:04:05.000006Z'
    const { workspace } = await createWorkspace(database, { id, ownerId, name: 'pier', now })
    expect(workspace).toStrictEqual({ id, ownerId, name: 'pier' })
    const { build } = await createBuild(database, { workspaceId: id, buildNumber: 41, now })
    expect(build).toMatchObject({ workspaceId: id, buildNumber: 41 })
    const reported = { operatingSystem: 'linux', directory: '/pier' }
    const { agent } = await createAgent(database, {
      buildId: build.id,
      name: 'a',
      ...reported,
      now,
    })
    expect(agent).toMatchObject({ buildId: build.id, workspaceId: id })
    const { rows } = await database.query(
      `SELECT w.created_at = b.created_at AND b.created_at = a.created_at AS same, a.name,
              a.operating_system, a.directory, w.deleted OR a.deleted AS deleted
       FROM "${database.schema}".workspaces w
       JOIN "${database.schema}".workspace_builds b ON b.workspace_id = w.id
       JOIN "${database.schema}".workspace_agents a ON a.build_id = b.id WHERE w.id = $1`,
      [id],
    )
    const expected = { name: 'a', operating_system: 'linux', directory: '/pier', deleted: false }
    expect(rows).toStrictEqual([{ same: true, ...expected }])
  })

  test('builds that are created at once have numbers of their own', async () => {
    const { workspace } = await createWorkspace(database, { ownerId, name: 'quay' })
    const made = await Promise.all(
      Array.from({ length: 5 }, () => createBuild(database, { workspaceId: workspace.id })),
    )
    expect(made.map(({ build }) => build.buildNumber).sort()).toEqual([1, 2, 3, 4, 5])
    const again = createBuild(database, { workspaceId: workspace.id, buildNumber: 3 })
    await expect(again).rejects.toMatchObject({ code: '23505' })
  })

  test('a soft deletion only sets marks, once', async () => {
    const { workspaceId, buildId, agentId, chat } = await make()
    expect(await deleteWorkspace(database, { workspaceId })).toEqual({ changed: true, unbound: [] })
    expect(await deleteWorkspace(database, { workspaceId })).toEqual({
      changed: false,
      unbound: [],
    })
    expect(await deleteBuild(database, { buildId })).toEqual({ changed: true, unbound: [] })
    expect(await deleteAgent(database, { agentId })).toEqual({ changed: false, unbound: [] })
    const pushed = push(database, { agentId, version: 2, resources: [] })
    await expect(pushed).rejects.toMatchObject({ code: 'agent_deleted' })
    expect(await getChatContext(database, { chatId: chat.id })).toMatchObject({ hydrated: true })
  })

  test.each(['workspace', 'build', 'agent'] as const)(
    'a permanent deletion of the %s leaves the pins, and says which chats it unbinds',
    async (what) => {
      const { workspaceId, buildId, agentId, chat } = await make()
      const deleted = {
        workspace: () => deleteWorkspace(database, { workspaceId, permanently: true }),
        build: () => deleteBuild(database, { buildId, permanently: true }),
        agent: () => deleteAgent(database, { agentId, permanently: true }),
      }
      expect(await deleted[what]()).toEqual({ changed: true, unbound: [chat] })
      expect(await listPins(database, { chatId: chat.id })).toHaveLength(1)
      await expect(deleted[what]()).rejects.toMatchObject({ code: `${what}_not_found` })
      const pushed = push(database, { agentId, version: 2, resources: [] })
      await expect(pushed).rejects.toMatchObject({ code: 'agent_not_found' })
    },
  )

  test('what they need must exist, and inside a transaction a refusal leaves it usable', async () => {
    await database.transaction(async (transaction) => {
      await refusal(createBuild(transaction, { workspaceId: missing }), 'workspace_not_found')
      await refusal(createAgent(transaction, { buildId: missing, name: 'a' }), 'build_not_found')
      await refusal(deleteWorkspace(transaction, { workspaceId: missing }), 'workspace_not_found')
      await refusal(deleteBuild(transaction, { buildId: missing }), 'build_not_found')
      await refusal(deleteAgent(transaction, { agentId: missing }), 'agent_not_found')
      await createWorkspace(transaction, { ownerId, name: 'mole' })
    })
  })
})

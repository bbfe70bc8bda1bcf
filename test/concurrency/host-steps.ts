import type { Transaction } from '../../src/index.js'
import { anyAgent, anyChat, forget, type Scene, type StepKind } from './soak-world.js'

// What a backend does by itself, in the order of locks that src/context/locks.ts asks of it.

/** Makes a workspace again where it was deleted. */
const rebuild: StepKind = {
  name: 'rebuild',
  weight: 3,
  plan({ world, random, number, table }) {
    const workspace = random.pick(world.workspaces)
    const [buildId, id] = [random.uuid(), random.uuid()]
    return {
      says: `rebuild workspace ${workspace.id}: build ${buildId}, agent ${id}`,
      effects: { creates: [{ id, goesWith: [buildId, workspace.id] }] },
      async act(database) {
        await database.transaction(async (transaction) => {
          await transaction.query(
            `INSERT INTO ${table('workspaces')} (id, owner_id, name) VALUES ($1, $2, 'shop')
             ON CONFLICT (id) DO UPDATE SET name = excluded.name`,
            [workspace.id, world.ownerId],
          )
          await transaction.query(
            `INSERT INTO ${table('workspace_builds')} (id, workspace_id, build_number)
             VALUES ($1, $2, $3)`,
            [buildId, workspace.id, number],
          )
          await transaction.query(
            `INSERT INTO ${table('workspace_agents')} (id, build_id, name) VALUES ($1, $2, 'main')`,
            [id, buildId],
          )
        })
        workspace.agents.push({ id, buildId, version: 0 })
      },
    }
  },
}

/** The agents that go with a workspace, a build or an agent, which have to be locked before. */
const agentsOf = ({ table }: Scene) => `
  SELECT FROM ${table('workspace_agents')} WHERE id IN (
    SELECT agent.id FROM ${table('workspace_agents')} agent
    JOIN ${table('workspace_builds')} build ON build.id = agent.build_id
    WHERE $1 IN (agent.id, build.id, build.workspace_id))
  ORDER BY id FOR UPDATE`

const deleteForGood: StepKind = {
  name: 'delete for good',
  weight: 3,
  plan(scene) {
    const { world, random, table } = scene
    const workspace = random.pick(world.workspaces)
    const agent = workspace.agents[0]
    const what = agent
      ? random.pick(['agent', 'agent', 'build', 'workspace'] as const)
      : 'workspace'
    const [name, id] = {
      agent: ['workspace_agents', agent?.id],
      build: ['workspace_builds', agent?.buildId],
      workspace: ['workspaces', workspace.id],
    }[what] as [string, string]
    forget(scene, [id])
    return {
      says: `delete ${what} ${id} for good`,
      effects: { removes: [id] },
      async act(database) {
        await database.transaction(async (transaction) => {
          const locking = `SELECT FROM ${table('workspaces')} WHERE id = $1 FOR UPDATE`
          await transaction.query(locking, [workspace.id])
          await transaction.query(agentsOf(scene), [id])
          await transaction.query(`DELETE FROM ${table(name)} WHERE id = $1`, [id])
        })
      },
    }
  },
}

const deleteSoftly: StepKind = {
  name: 'delete softly',
  weight: 1,
  plan(scene) {
    const { world, random, table } = scene
    const [name, id] = random.oneIn(2)
      ? ['workspace_agents', anyAgent(scene).id]
      : ['workspaces', random.pick(world.workspaces).id]
    return {
      says: `delete ${id} of ${name} softly`,
      async act(database) {
        await database.query(`UPDATE ${table(name!)} SET deleted = true WHERE id = $1`, [id])
      },
    }
  },
}

async function withChat(
  { table }: Scene,
  transaction: Transaction,
  chatId: string,
): Promise<boolean> {
  const text = `SELECT FROM ${table('chats')} WHERE id = $1 FOR NO KEY UPDATE`
  return (await transaction.query(text, [chatId])).rowCount > 0
}

const compactMessages: StepKind = {
  name: 'compact messages',
  weight: 3,
  plan(scene) {
    const chatId = anyChat(scene)
    const text = `UPDATE ${scene.table('chat_messages')} SET compressed = true WHERE chat_id = $1`
    return {
      says: `compact the messages of chat ${chatId}`,
      async act(database) {
        await database.transaction(async (transaction) => {
          await withChat(scene, transaction, chatId)
          await transaction.query(text, [chatId])
        })
      },
    }
  },
}

/** A file in several chats, and what becomes of its links when it is deleted. */
const passFileOn: StepKind = {
  name: 'pass a file on',
  weight: 3,
  plan(scene) {
    const { world, random, table } = scene
    const chats = [anyChat(scene), anyChat(scene), anyChat(scene)].toSorted()
    const fileId = random.uuid()
    return {
      says: `pass file ${fileId} on to ${chats.join(', ')} and delete it`,
      async act(database) {
        await database.transaction(async (transaction) => {
          await transaction.query(
            `INSERT INTO ${table('chat_files')} (id, owner_id, name, mimetype, data)
             VALUES ($1, $2, 'notes.txt', 'text/plain', '')`,
            [fileId, world.ownerId],
          )
          for (const chatId of chats) {
            if (!(await withChat(scene, transaction, chatId))) continue
            await transaction.query(
              `INSERT INTO ${table('chat_file_links')} (chat_id, file_id) VALUES ($1, $2)
               ON CONFLICT DO NOTHING`,
              [chatId, fileId],
            )
          }
        })
        await database.transaction(async (transaction) => {
          await transaction.query(
            `SELECT FROM ${table('chats')} WHERE id IN
               (SELECT chat_id FROM ${table('chat_file_links')} WHERE file_id = $1)
             ORDER BY id FOR NO KEY UPDATE`,
            [fileId],
          )
          await transaction.query(`DELETE FROM ${table('chat_files')} WHERE id = $1`, [fileId])
        })
      },
    }
  },
}

/** What the host does with statements of its own. */
export const hostSteps: readonly StepKind[] = [
  rebuild,
  deleteForGood,
  deleteSoftly,
  compactMessages,
  passFileOn,
]

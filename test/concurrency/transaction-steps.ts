import { DriftpinError, type Transaction } from '../../src/index.js'
import { writesOf } from './chat-steps.js'
import { RolledBack } from './outcome-of.js'
import { anyChat, type Scene, type StepKind } from './soak-world.js'

/**
 * Locks what several operations on some chats need, before the first of them: the workspaces, the
 * agents, the chats, each by id. Answers the chats that there are.
 *
 * @throws RolledBack when a chat was bound elsewhere before it was locked.
 */
async function lockForSeveral(
  { table }: Scene,
  transaction: Transaction,
  ids: readonly string[],
): Promise<Set<string>> {
  const ofChats = (column: string) =>
    `SELECT ${column} FROM ${table('chats')} WHERE id = ANY ($1::uuid[])`
  await transaction.query(
    `SELECT FROM ${table('workspaces')} WHERE id IN (${ofChats('workspace_id')})
     ORDER BY id FOR KEY SHARE`,
    [ids],
  )
  const agents = await transaction.query<{ id: string }>(
    `SELECT id FROM ${table('workspace_agents')} WHERE id IN (${ofChats('agent_id')})
     ORDER BY id FOR SHARE`,
    [ids],
  )
  const chats = await transaction.query<{ id: string; agent: string | null }>(
    `SELECT id, agent_id AS agent FROM ${table('chats')} WHERE id = ANY ($1::uuid[])
     ORDER BY id FOR NO KEY UPDATE`,
    [ids],
  )
  const locked = new Set([null, ...agents.rows.map(({ id }) => id)])
  if (chats.rows.some(({ agent }) => !locked.has(agent))) throw new RolledBack()
  return new Set(chats.rows.map(({ id }) => id))
}

/** Several operations on several chats in one transaction, which is committed or rolled back. */
const several: StepKind = {
  name: 'several in a transaction',
  weight: 7,
  plan(scene) {
    const { random, operations, counted, now, number } = scene
    const asked = [...new Set([anyChat(scene), anyChat(scene), anyChat(scene)])]
    const messages = [{ role: 'assistant' as const, content: { step: number } }]
    const ending = random.pick(['commit', 'commit', 'commit', 'roll back'])
    const lockTimeoutMs = random.oneIn(3) ? 5 : 0
    const added = asked.map((chatId) => ({ chatId, count: 1 }))
    return {
      says: `refresh chats ${asked.join(', ')} and add a message to each, and ${ending}`,
      effects: {
        messages: added,
        writes: asked.map((id) => writesOf.updated(id, now)),
        unpins: asked,
      },
      async act(database) {
        return await database.transaction(async (transaction) => {
          if (lockTimeoutMs > 0)
            await transaction.script(`SET LOCAL lock_timeout = ${lockTimeoutMs}`)
          const there = await lockForSeveral(scene, transaction, asked)
          for (const chatId of there) {
            const key = { chatId }
            await allowing('no_live_context', () => operations.refresh(counted(transaction), key))
            await operations.addMessages(counted(transaction), { chatId, messages, now })
            await operations.unpin(counted(transaction), key)
            await operations.hydrate(counted(transaction), key)
          }
          // What is refused leaves the rest as it is.
          const gone = { chatId: random.uuid(), messages }
          await allowing('chat_not_found', () => operations.addMessages(transaction, gone))
          if (ending === 'roll back') throw new RolledBack()
          return {
            messages: added.filter(({ chatId }) => there.has(chatId)),
            writes: [...there].map((id) => writesOf.updated(id, now)),
            unpins: asked,
          }
        })
      },
    }
  },
}

async function allowing(code: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof DriftpinError && error.code === code)) throw error
  }
}

/** A chat that is never seen as anything but archived. */
const createArchived: StepKind = {
  name: 'create archived',
  weight: 2,
  plan(scene) {
    const { world, random, operations, counted, table, now } = scene
    const workspace = random.pick(world.workspaces)
    const agent = workspace.agents.at(-1)
    const id = random.uuid()
    const place = world.chats.indexOf(null)
    if (!agent || place < 0) return several.plan(scene)
    world.chats[place] = id
    const agentId = agent.id
    const writes = [
      writesOf.agent(id, agentId),
      writesOf.archived(id, true),
      writesOf.updated(id, now),
    ]
    return {
      says: `create chat ${id} of agent ${agentId} and archive it at once`,
      effects: { creates: [{ id }], writes },
      async act(database) {
        await database.transaction(async (transaction) => {
          const text = `SELECT FROM ${table('workspaces')} WHERE id = $1 FOR KEY SHARE`
          await transaction.query(text, [workspace.id])
          const { ownerId } = world
          await operations.createChat(counted(transaction), { id, ownerId, agentId, now })
          await operations.archive(counted(transaction), { chatId: id, now })
        })
      },
    }
  },
}

/** What runs in transactions of the host. */
export const transactionSteps: readonly StepKind[] = [several, createArchived]

import { fillChat } from '../../src/harness/fill-chat.js'
import type { Queryable } from '../../src/index.js'
import { pinTable } from '../../src/laws/model/rows.js'
import type { Write } from './journal.js'
import { anyAgent, anyChat, type Scene, type StepKind, timeOf } from './soak-world.js'

/** What the title says of a chat that has rows in every table from its beginning. */
export const filledTitle = 'filled'

export const writesOf = {
  agent: (chatId: string, agentId: string | null): Write => ({
    what: `agent of ${chatId}`,
    value: String(agentId),
  }),
  archived: (chatId: string, archived: boolean): Write => ({
    what: `archived of ${chatId}`,
    value: String(archived),
  }),
  updated: (chatId: string, now: string): Write => ({ what: `time of ${chatId}`, value: now }),
  snapshot: (agentId: string, name: string): Write => ({
    what: `snapshot of ${agentId}`,
    value: name,
  }),
}

const { agent, archived, updated } = writesOf

const created = ({ now }: Scene, chatId: string, agentId: string | null) => ({
  creates: [{ id: chatId }],
  writes: [agent(chatId, agentId), archived(chatId, false), updated(chatId, now)],
})

/** A place for a new chat; where there is none left, one is deleted instead. */
function freePlace({ world: { chats }, random }: Scene): number {
  const free = chats.flatMap((id, place) => (id === null ? [place] : []))
  return free.length > 0 ? random.pick(free) : -1
}

const createChat: StepKind = {
  name: 'create chat',
  weight: 10,
  plan(scene) {
    const { world, random, operations, counted, now } = scene
    const place = freePlace(scene)
    if (place < 0) return deleteChat.plan(scene)
    const id = random.uuid()
    const to = random.pick(['agent', 'agent', 'agent', 'workspace', 'nothing'])
    const agentId = to === 'agent' ? anyAgent(scene).id : undefined
    const workspaceId = to === 'workspace' ? random.pick(world.workspaces).id : undefined
    const isFilled = random.oneIn(3)
    const params = {
      ...{ id, ownerId: world.ownerId, now, notify: random.oneIn(4) },
      ...(agentId && { agentId }),
      ...(workspaceId && { workspaceId }),
      ...(isFilled && { title: filledTitle }),
    }
    const rowsIn = (table: string) => (table === pinTable ? 0 : 1)
    const create = (queryable: Queryable) => operations.createChat(counted(queryable), params)
    world.chats[place] = id
    return {
      says: `create ${isFilled ? 'and fill ' : ''}chat ${id} in ${agentId ?? workspaceId ?? to}`,
      effects: created(scene, id, agentId ?? null),
      async act(database) {
        if (!isFilled) await create(database)
        else
          await database.transaction(async (transaction) => {
            await create(transaction)
            await fillChat(transaction, id, { catalog: world.catalog, rowsIn })
          })
      },
    }
  },
}

const deleteChat: StepKind = {
  name: 'delete chat',
  weight: 2,
  plan(scene) {
    const { operations, counted } = scene
    const chatId = anyChat(scene)
    return {
      says: `delete chat ${chatId}`,
      effects: { removes: [chatId] },
      async act(database) {
        await operations.deleteChat(counted(database), { chatId })
      },
    }
  },
}

const setArchived = (to: boolean): StepKind => ({
  name: to ? 'archive' : 'unarchive',
  weight: to ? 5 : 4,
  plan(scene) {
    const { operations, counted, now } = scene
    const chatId = anyChat(scene)
    const operation = to ? operations.archive : operations.unarchive
    return {
      says: `${this.name} chat ${chatId}`,
      effects: { writes: [archived(chatId, to), updated(chatId, now)] },
      async act(database) {
        const { changed } = await operation(counted(database), { chatId, now })
        return changed ? undefined : {}
      },
    }
  },
})

const addMessages: StepKind = {
  name: 'add messages',
  weight: 8,
  plan(scene) {
    const { random, operations, counted, now, number } = scene
    const chatId = anyChat(scene)
    const count = 1 + random.below(5)
    const messages = Array.from({ length: count }, () => ({
      role: 'user' as const,
      content: { step: number },
    }))
    return {
      says: `add ${count} messages to chat ${chatId}`,
      effects: { messages: [{ chatId, count }], writes: [updated(chatId, now)] },
      async act(database) {
        await operations.addMessages(counted(database), { chatId, messages, now, notify: true })
      },
    }
  },
}

/** What a purge may take: chats that were put away a while ago. */
const before = ({ number, random }: Scene) => timeOf(number - random.below(100))

const purge: StepKind = {
  name: 'purge',
  weight: 2,
  plan(scene) {
    const { random, operations, counted } = scene
    const params = { before: before(scene), limit: 1 + random.below(10), notify: true }
    return {
      says: `purge ${params.limit} chats before ${params.before}`,
      effects: { removes: 'any chat' },
      async act(database) {
        const { purged } = await operations.purge(counted(database), params)
        return { removes: purged.map(({ id }) => id) }
      },
    }
  },
}

const dayMs = 86_400_000

const purgeExpired: StepKind = {
  name: 'purge expired',
  weight: 1,
  plan(scene) {
    const { operations, counted } = scene
    const now = new Date(Date.parse(before(scene)) + dayMs)
    return {
      says: `purge what expired before ${now.toISOString()} and a day`,
      // It counts what it purged and does not name it.
      effects: { removes: 'any chat' },
      async act(database) {
        await operations.purgeExpired(counted(database), { retentionDays: 1, limit: 3, now })
      },
    }
  },
}

/** What is done to chats as such. */
export const chatSteps: readonly StepKind[] = [
  createChat,
  deleteChat,
  setArchived(true),
  setArchived(false),
  addMessages,
  purge,
  purgeExpired,
]

import { contextResources, contextsCount } from '../../src/laws/choices.js'
import { writesOf } from './chat-steps.js'
import { pushName } from './expected-contexts.js'
import { anyAgent, anyChat, type StepKind } from './soak-world.js'

const push: StepKind = {
  name: 'push',
  weight: 18,
  plan(scene) {
    const { random, operations, counted, number } = scene
    const agent = anyAgent(scene)
    const { id: agentId } = agent
    // The same again, the next, and one that another push may overtake.
    agent.version += random.pick([0, 1, 1, 1, 3])
    const version = Math.max(0, agent.version - random.pick([0, 0, 0, 2]))
    const initial = random.oneIn(10)
    const ready = !random.oneIn(10)
    const context = random.below(contextsCount)
    const snapshotError = pushName(number, context)
    const params = { agentId, version, initial, ready, snapshotError, notify: random.oneIn(4) }
    return {
      says: `push context ${context} of agent ${agentId} as version ${version}`,
      effects: {
        writes: [writesOf.snapshot(agentId, snapshotError)],
        push: { agentId, version, initial, ready },
      },
      async act(database) {
        const resources = contextResources(context)
        const { accepted } = await operations.push(counted(database), { ...params, resources })
        return accepted ? undefined : {}
      },
    }
  },
}

const refresh: StepKind = {
  name: 'refresh',
  weight: 9,
  plan(scene) {
    const { operations, counted } = scene
    const chatId = anyChat(scene)
    return {
      says: `refresh chat ${chatId}`,
      async act(database) {
        await operations.refresh(counted(database), { chatId, notify: true })
      },
    }
  },
}

const hydrate: StepKind = {
  name: 'hydrate',
  weight: 6,
  plan(scene) {
    const { random, operations, counted } = scene
    const which = random.oneIn(2) ? { agentId: anyAgent(scene).id } : { chatId: anyChat(scene) }
    return {
      says: `hydrate ${JSON.stringify(which)}`,
      async act(database) {
        await operations.hydrate(counted(database), which)
      },
    }
  },
}

const unpin: StepKind = {
  name: 'unpin',
  weight: 4,
  plan(scene) {
    const { operations, counted } = scene
    const chatId = anyChat(scene)
    return {
      says: `unpin chat ${chatId}`,
      effects: { unpins: [chatId] },
      async act(database) {
        await operations.unpin(counted(database), { chatId })
      },
    }
  },
}

const bind: StepKind = {
  name: 'bind',
  weight: 9,
  plan(scene) {
    const { random, operations, counted } = scene
    const chatId = anyChat(scene)
    const agentId = random.oneIn(4) ? null : anyAgent(scene).id
    const refresh = random.oneIn(4)
    return {
      says: `bind chat ${chatId} to agent ${agentId}`,
      effects: { writes: [writesOf.agent(chatId, agentId)] },
      async act(database) {
        await operations.bind(counted(database), { chatId, agentId, refresh, notify: true })
      },
    }
  },
}

const rebindWorkspace: StepKind = {
  name: 'rebind workspace',
  weight: 4,
  plan(scene) {
    const { world, random, operations, counted } = scene
    const workspace = random.pick(world.workspaces)
    const agent = random.oneIn(3) ? anyAgent(scene) : workspace.agents.at(-1)
    const agentId = agent && !random.oneIn(6) ? agent.id : null
    const params = { workspaceId: workspace.id, agentId, refresh: random.oneIn(4) }
    return {
      says: `rebind workspace ${workspace.id} to agent ${agentId}`,
      // Where its answer gets lost nobody knows which chats it found.
      effects: { writes: [writesOf.agent('any chat', agentId)] },
      async act(database) {
        const { bound } = await operations.rebindWorkspace(counted(database), params)
        return { writes: bound.map(({ id }) => writesOf.agent(id, agentId)) }
      },
    }
  },
}

/** What is done to the context of chats. */
export const contextSteps: readonly StepKind[] = [
  push,
  refresh,
  hydrate,
  unpin,
  bind,
  rebindWorkspace,
]

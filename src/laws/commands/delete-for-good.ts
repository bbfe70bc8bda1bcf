import fc from 'fast-check'
import { pick, place } from '../choices.js'
import type { Model } from '../model/model.js'
import { removeAgent, removeBuild, removeWorkspace } from '../model/remove.js'
import { defineCommand } from '../move.js'

const kinds = {
  agents: { table: 'workspace_agents', remove: removeAgent },
  builds: { table: 'workspace_builds', remove: removeBuild },
  workspaces: { table: 'workspaces', remove: removeWorkspace },
} as const

/**
 * Hard deletion of an agent, a build or a workspace. Chats are unbound by it, and keep their pins.
 */
export const deleteForGood = defineCommand({
  name: 'delete for good',
  isHosts: true,
  weight: 2,
  choices: fc.record({
    what: fc.constantFrom('agents', 'agents', 'builds', 'workspaces'),
    which: place,
  }),
  aim: ({ model, nameOf }, { what, which }) => {
    const kind = kinds[what as keyof typeof kinds]
    const id = pick([...model[what as keyof typeof kinds].keys()].reverse(), which)
    if (!id) return undefined
    return {
      says: `delete ${nameOf(id)} for good`,
      variant: what,
      isRemoval: true,
      chats: touched(model, id),
      async act({ queryable, table }) {
        await queryable.transaction((transaction) =>
          transaction.query(`DELETE FROM ${table(kind.table)} WHERE id = $1`, [id]),
        )
      },
      predict: (model) => kind.remove(model, id),
    }
  },
})

/** The chats that lose a reference: to this, or to what goes with it. */
function touched({ agents, builds, chats }: Model, id: string): string[] {
  const gone = new Set([id])
  for (const build of builds.values()) if (gone.has(build.workspaceId)) gone.add(build.id)
  for (const agent of agents.values()) if (gone.has(agent.buildId)) gone.add(agent.id)
  return [...chats.values()]
    .filter((chat) => [chat.agentId, chat.buildId, chat.workspaceId].some((one) => gone.has(one!)))
    .map((chat) => chat.id)
}

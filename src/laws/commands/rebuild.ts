import fc from 'fast-check'
import { pick, place } from '../choices.js'
import { defineCommand } from '../move.js'

/** A new build of a workspace, with a new agent; the old ones stay until somebody deletes them. */
export const rebuild = defineCommand({
  name: 'rebuild',
  isHosts: true,
  choices: fc.record({ workspace: place }),
  aim: ({ model, nameOf, newId }, { workspace }) => {
    const workspaceId = pick([...model.workspaces.keys()].reverse(), workspace)
    if (!workspaceId) return undefined
    const [buildId, agentId] = [newId('build'), newId('agent')]
    const numbers = [...model.builds.values()]
      .filter((build) => build.workspaceId === workspaceId)
      .map((build) => build.number)
    const number = Math.max(0, ...numbers) + 1
    return {
      says: `rebuild ${nameOf(workspaceId)}: ${nameOf(buildId)} with ${nameOf(agentId)}`,
      act: ({ queryable, table }) =>
        queryable.transaction(async (transaction) => {
          await transaction.query(
            `INSERT INTO ${table('workspace_builds')} (id, workspace_id, build_number)
           VALUES ($1, $2, $3)`,
            [buildId, workspaceId, number],
          )
          await transaction.query(
            `INSERT INTO ${table('workspace_agents')} (id, build_id, name) VALUES ($1, $2, 'main')`,
            [agentId, buildId],
          )
        }),
      predict(model) {
        model.builds.set(buildId, { id: buildId, workspaceId, number })
        model.agents.set(agentId, { id: agentId, buildId, deleted: false })
      },
    }
  },
})

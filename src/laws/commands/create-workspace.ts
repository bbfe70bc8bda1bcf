import fc from 'fast-check'
import { owners, pick } from '../choices.js'
import { defineCommand } from '../move.js'

/** A workspace with its first build and agent, which the host makes by itself. */
export const createWorkspace = defineCommand({
  name: 'create workspace',
  isHosts: true,
  weight: 2,
  choices: fc.record({ owner: fc.nat(1) }),
  aim: ({ newId }, { owner }) => {
    const [workspaceId, buildId, agentId] = [newId('workspace'), newId('build'), newId('agent')]
    const ownerId = pick(owners, owner)!
    return {
      says: 'create a workspace with an agent',
      act: ({ queryable, table }) =>
        queryable.transaction(async (transaction) => {
          await transaction.query(
            `INSERT INTO ${table('workspaces')} (id, owner_id, name) VALUES ($1, $2, 'shop')`,
            [workspaceId, ownerId],
          )
          await transaction.query(
            `INSERT INTO ${table('workspace_builds')} (id, workspace_id, build_number)
           VALUES ($1, $2, 1)`,
            [buildId, workspaceId],
          )
          await transaction.query(
            `INSERT INTO ${table('workspace_agents')} (id, build_id, name) VALUES ($1, $2, 'main')`,
            [agentId, buildId],
          )
        }),
      predict(model) {
        model.workspaces.set(workspaceId, { id: workspaceId, ownerId, deleted: false })
        model.builds.set(buildId, { id: buildId, workspaceId, number: 1 })
        model.agents.set(agentId, { id: agentId, buildId, deleted: false })
      },
    }
  },
})

import fc from 'fast-check'
import { owners, pick, place } from '../choices.js'
import { defineOperation, hostStatements, type Move } from '../operation.js'

// The host's own tables: workspaces, their builds and the agents of the builds.

interface NewBuild {
  readonly workspaceId: string
  readonly buildId: string
  readonly agentId: string
  readonly number: number
}

const buildStatements = ({ workspaceId, buildId, agentId, number }: NewBuild) =>
  [
    [
      'INSERT INTO {workspace_builds} (id, workspace_id, build_number) VALUES ($1, $2, $3)',
      ...[buildId, workspaceId, number],
    ],
    [
      "INSERT INTO {workspace_agents} (id, build_id, name) VALUES ($1, $2, 'main')",
      ...[agentId, buildId],
    ],
  ] as const

/** A new build of a workspace, with a new agent. Older builds stay until they are deleted. */
export const rebuildMove = (build: NewBuild): Move => {
  const { workspaceId, buildId, agentId, number } = build
  return {
    says: `rebuild ${workspaceId}: ${buildId} with ${agentId}`,
    execute: hostStatements(...buildStatements(build)),
    predict(model) {
      model.builds.set(buildId, { id: buildId, workspaceId, buildNumber: number })
      model.agents.set(agentId, { id: agentId, buildId, deleted: false })
    },
  }
}

export function createWorkspaceMove(
  params: Omit<NewBuild, 'number'> & { readonly ownerId: string },
): Move {
  const { workspaceId, ownerId } = params
  const firstBuild = { ...params, number: 1 }
  return {
    says: 'create a workspace with an agent',
    execute: hostStatements(
      [
        "INSERT INTO {workspaces} (id, owner_id, name) VALUES ($1, $2, 'shop')",
        ...[workspaceId, ownerId],
      ],
      ...buildStatements(firstBuild),
    ),
    predict(model, at) {
      model.workspaces.set(workspaceId, { id: workspaceId, ownerId, deleted: false })
      rebuildMove(firstBuild).predict(model, at, undefined)
    },
  }
}

/** A workspace with its first build and agent. */
export const createWorkspace = defineOperation({
  name: 'create workspace',
  isHosts: true,
  weight: 2,
  choices: fc.record({ owner: fc.nat(1) }),
  resolve: ({ newId }, { owner }) =>
    createWorkspaceMove({
      workspaceId: newId('workspace'),
      buildId: newId('build'),
      agentId: newId('agent'),
      ownerId: pick(owners, owner)!,
    }),
})

export const rebuild = defineOperation({
  name: 'rebuild',
  isHosts: true,
  choices: fc.record({ workspace: place }),
  resolve: ({ model, newId }, { workspace }) => {
    const workspaceId = pick([...model.workspaces.keys()].reverse(), workspace)
    if (!workspaceId) return undefined
    const numbers = [...model.builds.values()]
      .filter((build) => build.workspaceId === workspaceId)
      .map((build) => build.buildNumber)
    const number = Math.max(0, ...numbers) + 1
    return rebuildMove({ workspaceId, buildId: newId('build'), agentId: newId('agent'), number })
  },
})

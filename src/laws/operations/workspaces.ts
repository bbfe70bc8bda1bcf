import fc from 'fast-check'
import { owners, pick, place } from '../choices.js'
import { type Model, Refusal } from '../model/model.js'
import { defineOperation, type ExecutionContext, type Move } from '../operation.js'

// Workspaces, their builds and the agents of the builds. A move creates several of them, so that
// no failure is injected, as for a host.

interface NewBuild {
  readonly workspaceId: string
  readonly buildId: string
  readonly agentId: string
}

async function create(
  { queryable, operations, now }: ExecutionContext,
  { workspaceId, buildId, agentId }: NewBuild,
) {
  const { build } = await operations.createBuild(queryable, { id: buildId, workspaceId, ...now })
  const name = { name: 'main', operatingSystem: 'linux' }
  const { agent } = await operations.createAgent(queryable, {
    id: agentId,
    buildId,
    ...name,
    ...now,
  })
  return { build, agent }
}

/** The number of a build is one more than the highest of its workspace. */
function predictBuild(model: Model, { workspaceId, buildId, agentId }: NewBuild) {
  if (!model.workspaces.has(workspaceId)) throw new Refusal('workspace_not_found')
  const numbers = [...model.builds.values()]
    .filter((build) => build.workspaceId === workspaceId)
    .map((build) => build.buildNumber)
  const buildNumber = Math.max(0, ...numbers) + 1
  model.builds.set(buildId, { id: buildId, workspaceId, buildNumber })
  model.agents.set(agentId, { id: agentId, buildId, deleted: false })
  return {
    build: { id: buildId, workspaceId, buildNumber },
    agent: { id: agentId, buildId, workspaceId },
  }
}

/** A new build of a workspace, with a new agent. Older builds stay until they are deleted. */
export const rebuildMove = (build: NewBuild): Move => ({
  says: `rebuild ${build.workspaceId}: ${build.buildId} with ${build.agentId}`,
  execute: (context) => create(context, build),
  predict: (model) => predictBuild(model, build),
})

export const createWorkspaceMove = (params: NewBuild & { readonly ownerId: string }): Move => ({
  says: 'create a workspace with an agent',
  async execute(context) {
    const { queryable, operations, now } = context
    const { workspaceId: id, ownerId } = params
    const made = { id, ownerId, name: 'shop', ...now }
    const { workspace } = await operations.createWorkspace(queryable, made)
    return { workspace, ...(await create(context, params)) }
  },
  predict(model) {
    const { workspaceId: id, ownerId } = params
    model.workspaces.set(id, { id, ownerId, deleted: false })
    return { workspace: { id, ownerId, name: 'shop' }, ...predictBuild(model, params) }
  },
})

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
    return rebuildMove({ workspaceId, buildId: newId('build'), agentId: newId('agent') })
  },
})

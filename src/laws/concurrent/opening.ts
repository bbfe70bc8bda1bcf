import { chatColumn, fillChat } from '../../harness/index.js'
import { pinTable } from '../law.js'
import type { LaneMove } from './lane-move.js'
import { archiveMove, createMove } from './on-a-chat.js'
import { pushMove } from './pushing.js'
import { agentIds, buildIds, chatIds, owner, workspaceId } from './race-names.js'

const createWorld: LaneMove = {
  command: 'create workspace',
  says: 'create a workspace with two builds and an agent in each',
  async act({ queryable, table }) {
    await queryable.query(
      `WITH place AS (
         INSERT INTO ${table('workspaces')} (id, owner_id, name) VALUES ($1, $2, 'shop')
       ), builds AS (
         INSERT INTO ${table('workspace_builds')} (id, workspace_id, build_number)
         SELECT id, $1, number FROM unnest($3::uuid[]) WITH ORDINALITY AS build (id, number)
       )
       INSERT INTO ${table('workspace_agents')} (id, build_id, name)
       SELECT agent, build, 'main' FROM unnest($4::uuid[], $3::uuid[]) AS made (agent, build)`,
      [workspaceId, owner, buildIds, agentIds],
    )
  },
  predict(model) {
    model.workspaces.set(workspaceId, { id: workspaceId, ownerId: owner, deleted: false })
    buildIds.forEach((id, index) => {
      model.builds.set(id, { id, workspaceId, number: index + 1 })
      model.agents.set(agentIds[index]!, { id: agentIds[index]!, buildId: id, deleted: false })
    })
  },
}

/** Whoever deletes the chat deletes these: for races in which somebody may. */
export const fillFirstChat: LaneMove = {
  command: 'fill chat',
  says: 'give the first chat a row in every table of the host',
  async act({ queryable, catalog }) {
    const scoped = catalog.tables.filter((table) => chatColumn(table))
    const rowsAt = (position: number) => (scoped[position]!.name === pinTable ? 0 : 1)
    await queryable.transaction((transaction) =>
      fillChat(transaction, chatIds[0]!, { catalog, rowsAt }),
    )
  },
  predict: () => undefined,
}

const [firstAgent, secondAgent] = agentIds

const openingPush = (id: string, version: bigint, context: number): LaneMove =>
  pushMove({ id, agentId: firstAgent!, version, context, initial: false, ready: true })

/**
 * How every race begins: an agent that has pushed and one that has not, a chat from which the first
 * one's context has drifted, one that waits for the second's, and an archived one.
 */
export const opening: readonly LaneMove[] = [
  createWorld,
  openingPush('opening', 2n, 1),
  createMove(chatIds[0]!, firstAgent!),
  createMove(chatIds[1]!, secondAgent!),
  createMove(chatIds[2]!, firstAgent!),
  archiveMove(chatIds[2]!),
  openingPush('opening again', 3n, 2),
]

import fc from 'fast-check'
import { sqlState } from '../../database/index.js'
import type { Time } from '../model/model.js'
import { deleteChat, expired } from '../model/purge.js'
import { removeAgent } from '../model/remove.js'
import { isChatRef } from '../plain-answer.js'
import { always, type LaneMove, type MoveKind, mostly } from './lane-move.js'
import { agentIds, chatIds, named } from './race-names.js'

const deleteMove = (chatId: string): LaneMove => ({
  command: 'delete chat',
  says: `delete ${named(chatId)}`,
  deletesChats: true,
  act: ({ queryable, operations }) => operations.deleteChat(queryable, { chatId }),
  predict: (model) => deleteChat(model, { chatId }),
})

/** Chats that another lane holds are passed over, so that the model purges what it is told. */
const purgeMove = (before: Time): LaneMove => ({
  command: 'purge',
  says: `purge what is older than ${before}`,
  deletesChats: true,
  act: ({ queryable, operations }) => operations.purge(queryable, { before }),
  predict(model, _, answer) {
    const doomed = expired(model, before).map(({ id }) => id)
    const { purged = [] } = (answer ?? {}) as { purged?: readonly object[] }
    const told = purged.filter(isChatRef).map(({ id }) => id)
    const fitting = doomed.filter((id) => told.includes(id))
    for (const id of fitting) model.chats.delete(id)
    return { purged: fitting }
  },
})

const attemptsMax = 6

/** The host's own statement, which locks what it unbinds in no order, and is tried again. */
const removeMove = (agentId: string): LaneMove => ({
  command: 'delete agent',
  says: `delete ${named(agentId)} for good`,
  removes: agentId,
  async act({ queryable, table }) {
    for (let attempt = 1; ; attempt++) {
      try {
        await queryable.query(`DELETE FROM ${table('workspace_agents')} WHERE id = $1`, [agentId])
        return
      } catch (error) {
        if (sqlState(error) !== '40P01' || attempt === attemptsMax) throw error
      }
    }
  },
  predict: (model) => removeAgent(model, agentId),
})

const softlyMove = (agentId: string): LaneMove => ({
  command: 'delete agent softly',
  says: `delete ${named(agentId)} softly`,
  async act({ queryable, table }) {
    const text = `UPDATE ${table('workspace_agents')} SET deleted = true WHERE id = $1`
    await queryable.query(text, [agentId])
  },
  predict(model) {
    const agent = model.agents.get(agentId)
    if (agent) agent.deleted = true
  },
})

/** Nothing is older than the first, everything that is archived is older than the last. */
const cutoffs = ['2026-01-01T00:00:30.000000Z', '2027-01-01T00:00:00.000000Z']

/** What takes something away. */
export const removing: readonly MoveKind[] = [
  ({ chatId }) => always(mostly(chatId, chatIds), deleteMove),
  () => always(fc.constantFrom(...cutoffs), purgeMove),
  ({ agentId }) => always(mostly(agentId, agentIds), removeMove),
  ({ agentId }) => always(mostly(agentId, agentIds), softlyMove),
]

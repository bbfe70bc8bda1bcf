import fc from 'fast-check'
import { sqlState } from '../../database/index.js'
import { mostly, pick, place, raceAgentIds } from '../choices.js'
import type { Chat, Model } from '../model/model.js'
import { defineOperation, type Move } from '../operation.js'

// Deletions on the workspace side, which the host does itself. Chats keep their pins.

type Kind = 'agents' | 'builds' | 'workspaces'

const tables = {
  agents: 'workspace_agents',
  builds: 'workspace_builds',
  workspaces: 'workspaces',
} as const

/** What the foreign keys do: rows below are deleted, and chats lose the reference. */
function remove(model: Model, kind: Kind, id: string): void {
  const { agents, builds, chats } = model
  for (const build of [...builds.values()]) {
    if (kind === 'workspaces' && build.workspaceId === id) remove(model, 'builds', build.id)
  }
  for (const agent of [...agents.values()]) {
    if (kind === 'builds' && agent.buildId === id) remove(model, 'agents', agent.id)
  }
  model[kind].delete(id)
  const column = ({ agents: 'agentId', builds: 'buildId', workspaces: 'workspaceId' } as const)[
    kind
  ]
  for (const chat of chats.values()) if (chat[column] === id) chat[column] = null
}

/** A deletion locks the chats that it unbinds in no fixed order, so that it can deadlock. */
const attemptsMax = 6

const removeMove = (kind: Kind, id: string): Move => ({
  says: `delete ${id} for good`,
  variant: kind,
  removes: { id, permanently: true },
  async execute({ queryable, table }) {
    for (let attempt = 1; ; attempt++) {
      try {
        await queryable.transaction((transaction) =>
          transaction.query(`DELETE FROM ${table(tables[kind])} WHERE id = $1`, [id]),
        )
        return
      } catch (error) {
        if (sqlState(error) !== '40P01' || attempt === attemptsMax) throw error
      }
    }
  },
  predict: (model) => remove(model, kind, id),
})

/** The chats that lose a reference to the deleted row, or to a row that is deleted with it. */
function unboundBy({ agents, builds, chats }: Model, id: string): string[] {
  const gone = new Set([id])
  for (const build of builds.values()) if (gone.has(build.workspaceId)) gone.add(build.id)
  for (const agent of agents.values()) if (gone.has(agent.buildId)) gone.add(agent.id)
  return [...chats.values()]
    .filter((chat) => [chat.agentId, chat.buildId, chat.workspaceId].some((one) => gone.has(one!)))
    .map((chat) => chat.id)
}

const raceOnAgent =
  (moveOf: (agentId: string) => Move) =>
  ({ agentId }: { readonly agentId: string }) =>
    mostly(agentId, raceAgentIds).map(moveOf)

/** Permanent deletion of an agent, a build or a workspace. */
export const deleteForGood = defineOperation({
  name: 'delete for good',
  isHosts: true,
  weight: 2,
  choices: fc.record({
    what: fc.constantFrom<Kind>('agents', 'agents', 'builds', 'workspaces'),
    which: place,
  }),
  resolve: ({ model }, { what, which }) => {
    const id = pick([...model[what].keys()].reverse(), which)
    return id ? { ...removeMove(what, id), chats: unboundBy(model, id) } : undefined
  },
  race: raceOnAgent((agentId) => removeMove('agents', agentId)),
})

const removeSoftlyMove = (kind: Exclude<Kind, 'builds'>, id: string): Move => ({
  says: `delete ${id} softly`,
  variant: kind,
  removes: { id, permanently: false },
  async execute({ queryable, table }) {
    const text = `UPDATE ${table(tables[kind])} SET deleted = true WHERE id = $1`
    await queryable.transaction((transaction) => transaction.query(text, [id]))
  },
  predict(model) {
    const record = model[kind].get(id)
    if (record) record.deleted = true
  },
})

/** Soft deletion of an agent or a workspace, which changes nothing else. */
export const deleteSoftly = defineOperation({
  name: 'delete softly',
  isHosts: true,
  choices: fc.record({
    what: fc.constantFrom('agents' as const, 'workspaces' as const),
    which: place,
  }),
  resolve: ({ model }, { what, which }) => {
    const id = pick([...model[what].keys()].reverse(), which)
    if (!id) return undefined
    // The prompts of its chats have to stay the same.
    const isAt = (chat: Chat) => chat.agentId === id || chat.workspaceId === id
    const prompts = [...model.chats.values()].filter(isAt).map((chat) => chat.id)
    return { ...removeSoftlyMove(what, id), prompts }
  },
  race: raceOnAgent((agentId) => removeSoftlyMove('agents', agentId)),
})

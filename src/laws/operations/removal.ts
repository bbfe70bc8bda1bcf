import fc from 'fast-check'
import { sqlState } from '../../database/index.js'
import { mostly, pick, place, raceAgentIds } from '../choices.js'
import type { Chat, Model } from '../model/model.js'
import { defineOperation, hostStatements, type Move } from '../operation.js'

// Deletions on the workspace side, which the host does itself. Chats keep their pins.

const tables = {
  agents: 'workspace_agents',
  builds: 'workspace_builds',
  workspaces: 'workspaces',
} as const

type Kind = keyof typeof tables

const references = ['agentId', 'buildId', 'workspaceId'] as const

/** The ids of a row and of the rows below it, which the foreign keys delete with it. */
function withRowsBelow({ builds, agents }: Model, id: string): Set<string> {
  const gone = new Set([id])
  for (const build of builds.values()) if (gone.has(build.workspaceId)) gone.add(build.id)
  for (const agent of agents.values()) if (gone.has(agent.buildId)) gone.add(agent.id)
  return gone
}

/** Whether a chat refers to one of the rows. */
const isBoundTo = (rows: ReadonlySet<string>) => (chat: Chat) =>
  references.some((column) => rows.has(chat[column]!))

const idsOf = (model: Model, isIn: (chat: Chat) => boolean) =>
  [...model.chats.values()].filter(isIn).map(({ id }) => id)

/** A deletion locks the chats that it unbinds in no fixed order, so that it can deadlock. */
const attemptsMax = 6

const removeMove = (kind: Kind, id: string): Move => ({
  says: `delete ${id} for good`,
  variant: kind,
  removes: { id, permanently: true },
  async execute(context) {
    const run = hostStatements([`DELETE FROM {${tables[kind]}} WHERE id = $1`, id])
    for (let attempt = 1; ; attempt++) {
      try {
        return await run(context)
      } catch (error) {
        if (sqlState(error) !== '40P01' || attempt === attemptsMax) throw error
      }
    }
  },
  /** What the foreign keys do: rows below are deleted, and chats lose the reference. */
  predict(model) {
    const gone = withRowsBelow(model, id)
    for (const chat of model.chats.values()) {
      for (const column of references) if (gone.has(chat[column]!)) chat[column] = null
    }
    for (const rows of [model.agents, model.builds, model.workspaces]) {
      for (const one of gone) rows.delete(one)
    }
  },
})

const removeSoftlyMove = (kind: Exclude<Kind, 'builds'>, id: string): Move => ({
  says: `delete ${id} softly`,
  variant: kind,
  removes: { id, permanently: false },
  execute: hostStatements([`UPDATE {${tables[kind]}} SET deleted = true WHERE id = $1`, id]),
  predict(model) {
    const record = model[kind].get(id)
    if (record) record.deleted = true
  },
})

/** An operation on a row of one of the kinds; in a race, on an agent, the first kind. */
const defineRemoval = <K extends Kind>(
  { name, weight, kinds }: { name: string; weight: number; kinds: readonly K[] },
  moveOf: (kind: K, id: string) => Move,
  /** What histories add to a move. */
  flags: (model: Model, id: string) => Partial<Move>,
) =>
  defineOperation({
    name,
    isHosts: true,
    weight,
    choices: fc.record({ what: fc.constantFrom(...kinds), which: place }),
    resolve: ({ model }, { what, which }) => {
      const id = pick([...model[what].keys()].reverse(), which)
      return id ? { ...moveOf(what, id), ...flags(model, id) } : undefined
    },
    race: ({ agentId }) => mostly(agentId, raceAgentIds).map((id) => moveOf(kinds[0]!, id)),
  })

/** Permanent deletion of an agent, a build or a workspace. */
export const deleteForGood = defineRemoval(
  { name: 'delete for good', weight: 2, kinds: ['agents', 'agents', 'builds', 'workspaces'] },
  removeMove,
  (model, id) => ({ chats: idsOf(model, isBoundTo(withRowsBelow(model, id))) }),
)

/**
 * Soft deletion of an agent or a workspace, which changes nothing else. The prompts of its chats
 * have to stay the same.
 */
export const deleteSoftly = defineRemoval(
  { name: 'delete softly', weight: 1, kinds: ['agents', 'workspaces'] },
  removeSoftlyMove,
  (model, id) => ({ prompts: idsOf(model, isBoundTo(new Set([id]))) }),
)

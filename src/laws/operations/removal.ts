import fc from 'fast-check'
import { mostly, pick, place, raceAgentIds } from '../choices.js'
import { type Chat, type Model, Refusal } from '../model/model.js'
import { defineOperation, type ExecutionContext, type Move } from '../operation.js'

// Deletions on the workspace side. Chats keep their pins.

type Kind = 'agents' | 'builds' | 'workspaces'

interface Options {
  readonly permanently: boolean
  readonly notify?: boolean | undefined
}

/** The default is left out of a call, so that another default would be noticed. */
function remove(
  { queryable, operations }: ExecutionContext,
  kind: Kind,
  id: string,
  { permanently, notify }: Options,
) {
  const options = { permanently: permanently || undefined, notify: notify || undefined }
  if (kind === 'agents') return operations.deleteAgent(queryable, { agentId: id, ...options })
  if (kind === 'builds') return operations.deleteBuild(queryable, { buildId: id, ...options })
  return operations.deleteWorkspace(queryable, { workspaceId: id, ...options })
}

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

/** What the foreign keys do: rows below are deleted, and chats lose the reference. */
function predictForGood(model: Model, id: string) {
  const gone = withRowsBelow(model, id)
  const unbound = idsOf(model, isBoundTo(gone)).sort()
  for (const chat of model.chats.values()) {
    for (const column of references) if (gone.has(chat[column]!)) chat[column] = null
  }
  for (const rows of [model.agents, model.builds, model.workspaces]) {
    for (const one of gone) rows.delete(one)
  }
  return { changed: true, unbound }
}

/** Sets the mark of a workspace or an agent, or those of the agents of a build. */
function predictSoftly(model: Model, kind: Kind, id: string) {
  const records =
    kind === 'builds'
      ? [...model.agents.values()].filter(({ buildId }) => buildId === id)
      : [model[kind].get(id)!]
  const changed = records.some(({ deleted }) => !deleted)
  for (const record of records) record.deleted = true
  return { changed, unbound: [] }
}

const refusals = {
  agents: 'agent_not_found',
  builds: 'build_not_found',
  workspaces: 'workspace_not_found',
} as const

const removeMove = (kind: Kind, id: string, options: Options): Move => ({
  says: `delete ${id} ${options.permanently ? 'for good' : 'softly'}`,
  variant: kind,
  removes: { id, permanently: options.permanently },
  ...(options.notify && { notifies: 'bound' as const }),
  execute: (context) => remove(context, kind, id, options),
  predict(model) {
    if (!model[kind].has(id)) throw new Refusal(refusals[kind])
    return options.permanently ? predictForGood(model, id) : predictSoftly(model, kind, id)
  },
})

/** An operation on a row of one of the kinds; in a race, on an agent, the first kind. */
const defineRemoval = (
  { name, weight, kinds }: { name: string; weight: number; kinds: readonly Kind[] },
  permanently: boolean,
  /** What histories add to a move. */
  flags: (model: Model, id: string) => Partial<Move>,
) =>
  defineOperation({
    name,
    weight,
    choices: fc.record({ what: fc.constantFrom(...kinds), which: place, notify: fc.boolean() }),
    resolve: ({ model }, { what, which, notify }) => {
      const ids = [...model[what].keys()].reverse()
      // Every third time one that a dirty chat is bound to, which then has to read as clean.
      const dirty = [...model.chats.values()].filter((chat) => !chat.archived && chat.dirtySince)
      const ofDirty = ids.filter((one) => dirty.some(isBoundTo(new Set([one]))))
      const id = (which % 3 === 0 && pick(ofDirty, which)) || pick(ids, which)
      return id
        ? { ...removeMove(what, id, { permanently, notify }), ...flags(model, id) }
        : undefined
    },
    race: ({ agentId }) =>
      mostly(agentId, raceAgentIds).map((id) => removeMove(kinds[0]!, id, { permanently })),
  })

/** Permanent deletion of an agent, a build or a workspace. */
export const deleteForGood = defineRemoval(
  { name: 'delete for good', weight: 2, kinds: ['agents', 'agents', 'builds', 'workspaces'] },
  true,
  (model, id) => ({ chats: idsOf(model, isBoundTo(withRowsBelow(model, id))) }),
)

/** Soft deletion, which changes nothing else. The prompts of its chats have to stay the same. */
export const deleteSoftly = defineRemoval(
  { name: 'delete softly', weight: 1, kinds: ['agents', 'workspaces', 'builds'] },
  false,
  (model, id) => ({ prompts: idsOf(model, isBoundTo(new Set([id]))) }),
)

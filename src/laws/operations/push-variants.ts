import { enums, pushableKinds, type ResourceInput } from '../../schema/index.js'
import { pick } from '../choices.js'
import type { Agent, Model, Resource } from '../model/model.js'

const statuses = enums.workspace_agent_context_resource_status

/** The fields that a push may change in one resource; the status most often. */
export const changeableFields = [
  ...(['body', 'contentHash', 'sizeBytes', 'status', 'status', 'status'] as const),
  ...(['error', 'sourcePath', 'kind'] as const),
]

/** The choices from which a variant makes a report. */
export interface PushChoice {
  readonly resources: readonly ResourceInput[]
  readonly which: number
  readonly field: (typeof changeableFields)[number]
  /** How far the version moves. */
  readonly step: number
}

interface Report {
  readonly version: number
  readonly initial?: true
  readonly ready?: false
  readonly resources: readonly ResourceInput[]
}

/** A report that may leave the version to the agent. */
type Draft = Omit<Report, 'version'> & Partial<Report>

/** A resource of the model in the form that a push takes. */
function toInput(source: string, resource: Resource): ResourceInput {
  const { createdAt, updatedAt, ...rest } = resource
  return { source, ...rest }
}

const stored = ({ live }: Agent): ResourceInput[] =>
  live ? [...live.resources].map(([source, resource]) => toInput(source, resource)) : []

/** A change of one field, which is a column of the row. */
export const fieldChanges: {
  [Field in PushChoice['field']]: (one: ResourceInput) => Partial<ResourceInput>
} = {
  body: ({ body }) => ({ body: { ...body, changed: !body.changed } }),
  contentHash: ({ contentHash }) => ({
    contentHash: Buffer.from(contentHash, 'hex')
      .fill(contentHash.startsWith('00') ? 1 : 0, 0, 1)
      .toString('hex'),
  }),
  sizeBytes: ({ sizeBytes }) => ({ sizeBytes: sizeBytes + (sizeBytes % 2 ? -1 : 1) }),
  kind: ({ kind }) => ({ kind: pushableKinds.find((one) => one !== kind)! }),
  status: ({ status }) => ({
    status: pick(statuses, statuses.indexOf(status) + 1)!,
  }),
  error: ({ error }) => ({ error: error === 'changed' ? '' : 'changed' }),
  sourcePath: ({ sourcePath }) => ({ sourcePath: sourcePath === '/changed' ? '' : '/changed' }),
}

function changeOne(list: readonly ResourceInput[], { which, field }: PushChoice): ResourceInput[] {
  const place = which % Math.max(1, list.length)
  return list.map((one, index) => (index === place ? { ...one, ...fieldChanges[field](one) } : one))
}

/** The pins of a dirty chat of this agent, or else of one of its chats, or else of any chat. */
function earlier(model: Model, agent: Agent, which: number): ResourceInput[] {
  const chats = [...model.chats.values()].filter(({ hydrated }) => hydrated)
  const own = chats.filter(({ agentId }) => agentId === agent.id)
  const dirty = own.filter(({ dirtySince, archived }) => dirtySince !== null && !archived)
  const chat = pick([dirty, own, chats].find((list) => list.length > 0) ?? [], which)
  return chat ? [...chat.pins].map(([source, resource]) => toInput(source, resource)) : []
}

/** What an agent may report, by name of the variant, besides the next version. */
const variants = {
  fresh: (_, __, { resources }) => ({ resources }),
  replay: (_, agent) => ({ version: agent.live?.version ?? 0, resources: stored(agent) }),
  stale: (_, agent, { step, resources }) => {
    const back = (agent.live?.version ?? 0) - (step - 1)
    return { version: Math.max(0, back), resources }
  },
  'initial restart': (_, __, { step, resources }) => ({
    ...{ version: step - 1, initial: true, resources },
  }),
  'initial replay': (_, agent, { step }) => ({
    ...{ version: step - 1, initial: true, resources: stored(agent) },
  }),
  empty: () => ({ resources: [] }),
  unchanged: (_, agent) => ({ resources: stored(agent) }),
  'other order': (_, agent) => ({ resources: stored(agent).reverse() }),
  'one changed': (_, agent, choice) => ({ resources: changeOne(stored(agent), choice) }),
  // No hash changes.
  'body alone': (_, agent, choice) => ({
    resources: changeOne(stored(agent), { ...choice, field: 'body' }),
  }),
  'one removed': (_, agent, { which }) => ({
    resources: stored(agent).filter((__, index, all) => index !== which % all.length),
  }),
  'MCP only': (_, __, { resources }) => ({
    resources: resources.filter(({ kind }) => kind.startsWith('mcp')),
  }),
  'back to pins': (model, agent, { which }) => ({ resources: earlier(model, agent, which) }),
  'not ready': (_, __, { resources }) => ({ ready: false, resources }),
} satisfies Record<string, (model: Model, agent: Agent, choice: PushChoice) => Draft>

export type PushVariant = keyof typeof variants

export const pushVariants = Object.keys(variants) as PushVariant[]

/** A report. After the largest version, an agent starts again from 1. */
export function reportOf(
  variant: PushVariant,
  model: Model,
  agent: Agent,
  choice: PushChoice,
): Report {
  const { version, ...report }: Draft = variants[variant](model, agent, choice)
  if (version !== undefined) return { version, ...report }
  const next = (agent.live?.version ?? 0) + choice.step
  return next > Number.MAX_SAFE_INTEGER
    ? { ...report, version: 1, initial: true }
    : { ...report, version: next }
}

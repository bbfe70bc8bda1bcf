import type {
  BodyKind,
  ChatMessageRole,
  JsonObject,
  JsonValue,
  ResourceStatus,
} from '../../schema/index.js'
import type { Time } from './time.js'

// The domain as a state machine, without SQL and without a database. Each file in `operations` has
// a function that changes the model as the operation has to change the database, and returns what
// the operation has to answer. Together these functions are the specification.

/**
 * A resource of the live context, or a pin: everything but the owner and the source.
 *
 * @example
 * ```ts
 * const isText = ({ kind, status }: Resource) => kind === 'instruction_file' && status === 'ok'
 * ```
 */
export interface Resource {
  readonly kind: BodyKind
  readonly body: JsonObject
  /** In hexadecimal. */
  readonly contentHash: string
  readonly sizeBytes: number
  readonly status: ResourceStatus
  readonly error: string
  readonly sourcePath: string
  readonly createdAt: Time
  readonly updatedAt: Time
}

/** Resources by their source. */
export type Resources = ReadonlyMap<string, Resource>

/**
 * The live context of an agent: its latest accepted push.
 *
 * @example
 * ```ts
 * const isNewer = (live: Live, version: number) => version > live.version
 * ```
 */
export interface Live {
  /** The version of the last accepted push. */
  readonly version: number
  /** The start of the process that pushed it, if it said. */
  readonly run: Run | null
  /** The error of its snapshot; empty for none. */
  readonly error: string
  /** When it was accepted. */
  readonly receivedAt: Time
  /** False after a push of an agent that was still starting: nothing is pinned or marked by it. */
  readonly ready: boolean
  /** What it had, by source. */
  readonly resources: Resources
}

/** One start of an agent's process. */
export interface Run {
  readonly id: string
  readonly startedAt: Time
}

interface Workspace {
  readonly id: string
  readonly ownerId: string
  deleted: boolean
}

interface Build {
  readonly id: string
  readonly workspaceId: string
  readonly buildNumber: number
}

/**
 * An agent of the model, with its live context once it has pushed.
 *
 * @example
 * ```ts
 * const isThere = ({ deleted, live }: Agent) => !deleted && live !== undefined
 * ```
 */
export interface Agent {
  /** Its id in the database. */
  readonly id: string
  /** The build that it belongs to. */
  readonly buildId: string
  /** Whether it was deleted softly. */
  deleted: boolean
  /** Missing until its first accepted push. */
  live?: Live
}

/** Refuses chats of these owners in the workspace of another one. */
export function refuseForeign(model: Model, workspaceId: string, ownerIds: readonly string[]) {
  const { ownerId } = model.workspaces.get(workspaceId)!
  if (ownerIds.some((one) => one !== ownerId)) throw new Refusal('workspace_not_owned')
}

/** Whether an agent is of the latest build of its workspace; null for no agent. */
export function isOfCurrentBuild({ builds }: Model, agent: Agent | undefined): boolean | null {
  if (!agent) return null
  const { workspaceId, buildNumber } = builds.get(agent.buildId)!
  return ![...builds.values()].some(
    (one) => one.workspaceId === workspaceId && one.buildNumber > buildNumber,
  )
}

/** The kinds that a chat follows if its creator says nothing. */
export const followedByDefault: readonly BodyKind[] = ['mcp_config', 'mcp_server']

/** A message that an operation added. Those that the host writes by itself are not modelled. */
export interface Message {
  readonly id: string
  readonly role: ChatMessageRole
  /** Undefined is NULL. */
  readonly content: JsonValue | undefined
  readonly createdAt: Time
  readonly compressed: boolean
  readonly deleted: boolean
}

/**
 * A chat of the model, with its pins and messages.
 *
 * @example
 * ```ts
 * const hasPins = ({ hydrated, pins }: Chat) => hydrated && pins.size > 0
 * ```
 */
export interface Chat {
  readonly id: string
  readonly ownerId: string
  readonly title: string
  readonly status: string
  readonly createdAt: Time
  workspaceId: string | null
  buildId: string | null
  agentId: string | null
  archived: boolean
  updatedAt: Time
  /** Whether it has taken its pins; there may be none. */
  hydrated: boolean
  /** The kinds that it follows, in the order of the enum. */
  follows: readonly BodyKind[]
  /** The mark. */
  dirtySince: Time | null
  error: string
  pins: Resources
  messages: readonly Message[]
}

/**
 * Everything that driftpin keeps, by id. Ids sort as PostgreSQL sorts them.
 *
 * @example
 * ```ts
 * const chatsOf = (model: Model, ownerId: string) =>
 *   [...model.chats.values()].filter((chat) => chat.ownerId === ownerId)
 * ```
 */
export interface Model {
  /** By id. */
  readonly workspaces: Map<string, Workspace>
  /** By id. */
  readonly builds: Map<string, Build>
  /** By id. */
  readonly agents: Map<string, Agent>
  /** By id. */
  readonly chats: Map<string, Chat>
}

/**
 * Makes the model of an empty database.
 *
 * @example
 * ```ts
 * const model = createModel()
 * console.log(model.chats.size)
 * ```
 */
export function createModel(): Model {
  return { workspaces: new Map(), builds: new Map(), agents: new Map(), chats: new Map() }
}

/** A copy that can be changed alone. Resources never change, so that they are shared. */
export function copyModel(model: Model): Model {
  const copy = <T extends object>(records: ReadonlyMap<string, T>) =>
    new Map([...records].map(([id, record]) => [id, { ...record }]))
  return {
    workspaces: copy(model.workspaces),
    builds: copy(model.builds),
    agents: copy(model.agents),
    chats: copy(model.chats),
  }
}

/** Thrown by the model if the operation has to throw. */
export class Refusal extends Error {
  /** The code of the DriftpinError, or the SQLSTATE. */
  readonly code: string

  constructor(code: string) {
    super(code)
    this.code = code
  }
}

/** The live context of the agent that a chat is bound to, if it is bound and the agent pushed. */
export function liveOf(model: Model, chat: Chat): Live | undefined {
  return chat.agentId === null ? undefined : model.agents.get(chat.agentId)?.live
}

/** The chat of an operation. A chat of another owner counts as not found. */
export function findChat(
  model: Model,
  { chatId, ownerId }: { readonly chatId: string; readonly ownerId?: string | undefined },
): Chat {
  const chat = model.chats.get(chatId)
  if (!chat || (ownerId !== undefined && chat.ownerId !== ownerId)) {
    throw new Refusal('chat_not_found')
  }
  return chat
}

/** The agent of a push or of a binding, which must not be deleted. */
export function findAgent(model: Model, agentId: string): Agent {
  const agent = model.agents.get(agentId)
  if (!agent) throw new Refusal('agent_not_found')
  if (agent.deleted) throw new Refusal('agent_deleted')
  return agent
}

/** The chats that meet a condition and are not archived, by ascending id. */
export function unarchived(model: Model, which: (chat: Chat) => boolean): Chat[] {
  return inOrder([...model.chats.values()].filter((chat) => !chat.archived && which(chat)))
}

/** Chats by ascending id, which is their order in every answer. */
export function inOrder(chats: readonly Chat[]): Chat[] {
  return [...chats].sort((a, b) => (a.id < b.id ? -1 : 1))
}

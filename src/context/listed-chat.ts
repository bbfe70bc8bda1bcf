import type { ChatStatus } from '../schema/index.js'
import { type ChatRef, chatRef } from './chat-ref.js'
import { dirtyExpression } from './live-context.js'
import type { Names, RowOf } from './statement.js'

/**
 * A chat as a list shows it.
 *
 * @example
 * ```ts
 * const line = ({ title, dirty }: ListedChat) => `${title}${dirty ? ', dirty' : ''}`
 * const { chats } = await listChats(database, { ownerId })
 * console.log(chats.map(line).join('\n'))
 * ```
 */
export interface ListedChat extends ChatRef {
  /** What the list shows. */
  readonly title: string
  /** What the chat is doing. */
  readonly status: ChatStatus
  /** Whether it is archived, and so waits for the purge. */
  readonly archived: boolean
  /** The workspace it is bound to; null for none, or for one that is gone. */
  readonly workspaceId: string | null
  /** The agent it is bound to; null for none, or for one that is gone. */
  readonly agentId: string | null
  /** When it was created. */
  readonly createdAt: Date
  /** When it was last used, by which the list is ordered. */
  readonly updatedAt: Date
  /** Whether it has taken its pins. */
  readonly hydrated: boolean
  /** Whether its pins differ from the live context of its agent. */
  readonly dirty: boolean
}

/** The columns of {@link listedSelection}, as a statement declares them. */
export const listedRow = {
  id: 'uuid',
  owner_id: 'uuid',
  title: 'text',
  status: 'chat_status',
  archived: 'boolean',
  workspace_id: 'uuid?',
  agent_id: 'uuid?',
  created_at: 'timestamptz',
  updated_at: 'timestamptz',
  hydrated: 'boolean',
  dirty: 'boolean',
} as const

/** What is selected of a row of `chats` that is called `chat`; no pin is read for it. */
export const listedSelection = (names: Names): string => `
  chat.id, chat.owner_id, chat.title, chat.status, chat.archived, chat.workspace_id, chat.agent_id,
  chat.created_at, chat.updated_at, chat.context_aggregate_hash IS NOT NULL AS hydrated,
  ${dirtyExpression(names, 'chat')} AS dirty`

export function listedChat(row: RowOf<typeof listedRow>): ListedChat {
  return {
    ...chatRef(row),
    title: row.title,
    status: row.status,
    archived: row.archived,
    workspaceId: row.workspace_id,
    agentId: row.agent_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    hydrated: row.hydrated,
    dirty: row.dirty,
  }
}

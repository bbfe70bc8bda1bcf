import type { ChatStatus } from '../schema/generated/tables.js'
import { type ChatRef, chatRef } from './chat-ref.js'
import { dirtyExpression } from './dirty.js'
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
  readonly title: string
  readonly status: ChatStatus
  readonly archived: boolean
  readonly workspaceId: string | null
  readonly agentId: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly hydrated: boolean
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

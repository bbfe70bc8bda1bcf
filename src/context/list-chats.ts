import { z } from 'zod'
import type { Queryable } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { ChatStatus } from '../schema/index.js'
import { limits } from '../schema/index.js'
import type { ChatRef } from './chat-ref.js'
import { checkInput, id, time } from './check-input.js'
import { dirtyExpression } from './live-context.js'
import { defineStatement, type Names } from './statement.js'

const input = z.strictObject({
  ownerId: id,
  archived: z.boolean().optional(),
  limit: z.int().min(1).max(limits.pageMax).default(50),
  cursor: z.string().max(1000).optional(),
})

const cursorContent = z.tuple([time, id])

/**
 * A chat in a list.
 *
 * @example
 * ```ts
 * const line = ({ title, dirty }: ListedChat) => `${title}${dirty ? ', dirty' : ''}`
 * const { chats } = await listChats(database, { ownerId })
 * console.log(chats.map(line).join('\n'))
 * ```
 */
export interface ListedChat extends ChatRef {
  /** The title of the chat. */
  readonly title: string
  /** The status of the chat. */
  readonly status: ChatStatus
  /** Whether it is archived, and therefore can be purged. */
  readonly archived: boolean
  /** The workspace it is bound to; null if there is none, or if it was deleted. */
  readonly workspaceId: string | null
  /** The agent it is bound to; null if there is none, or if it was deleted. */
  readonly agentId: string | null
  /** When it was created. */
  readonly createdAt: Date
  /** When it was last used. The list is ordered by this time. */
  readonly updatedAt: Date
  /** Whether it has taken its pins. */
  readonly hydrated: boolean
  /** Whether its pins differ from the live context of its agent. */
  readonly dirty: boolean
}

/** The columns of {@link listedSelection}, as a statement declares them. */
export const listedRow = {
  id: 'uuid',
  ownerId: 'uuid',
  title: 'text',
  status: 'chat_status',
  archived: 'boolean',
  workspaceId: 'uuid?',
  agentId: 'uuid?',
  createdAt: 'timestamptz',
  updatedAt: 'timestamptz',
  hydrated: 'boolean',
  dirty: 'boolean',
} as const

/** The select list of a {@link ListedChat} for a row of `chats` with the alias `chat`. */
export const listedSelection = (names: Names): string => `
  chat.id, chat.owner_id AS "ownerId", chat.title, chat.status, chat.archived,
  chat.workspace_id AS "workspaceId", chat.agent_id AS "agentId", chat.created_at AS "createdAt",
  chat.updated_at AS "updatedAt", chat.context_hashes IS NOT NULL AS hydrated,
  ${dirtyExpression(names, 'chat')} AS dirty`

/**
 * The parameters of {@link listChats}.
 *
 * @example
 * ```ts
 * const firstPage: ListChatsParams = { ownerId, archived: false, limit: 50 }
 * const { chats, nextCursor } = await listChats(database, firstPage)
 * ```
 */
export interface ListChatsParams {
  /** The owner of the chats. */
  readonly ownerId: string
  /** True for archived chats only, false for all others only; both by default. */
  readonly archived?: boolean | undefined
  /** The number of chats per page; 50 by default, at most 1000. */
  readonly limit?: number | undefined
  /** The `nextCursor` of the page before; the first page by default. */
  readonly cursor?: string | undefined
}

export const selectChats = defineStatement({
  name: 'list chats',
  parameters: {
    ownerId: 'uuid',
    archived: 'boolean?',
    afterTime: 'timestamptz?',
    afterId: 'uuid?',
    limit: 'integer',
  },
  row: { ...listedRow, exactUpdatedAt: 'text' },
  // The cursor's time is text in ISO 8601 whatever the session's settings, with microseconds.
  sql: (names, { ownerId, archived, afterTime, afterId, limit }) => `
    SELECT ${listedSelection(names)},
           to_char(chat.updated_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
             AS "exactUpdatedAt"
    FROM ${names.chats} chat
    WHERE chat.owner_id = ${ownerId}
      AND (${archived} IS NULL OR chat.archived = ${archived})
      AND (${afterTime} IS NULL OR (chat.updated_at <= ${afterTime}
           AND (chat.updated_at < ${afterTime} OR chat.id > ${afterId})))
    ORDER BY chat.updated_at DESC, chat.id
    LIMIT ${limit}`,
})

/**
 * Lists the chats of an owner in pages, the most recently used first, and whether each is dirty. It
 * reads no pin. A chat that is updated between two pages moves to the front, so later pages do not
 * contain it.
 *
 * @returns A page, and the cursor of the next page, or null after the last one.
 * @throws DriftpinError `invalid_input`, also for a cursor that `listChats` did not return.
 *
 * @example
 * ```ts
 * let cursor: string | undefined
 * do {
 *   const page = await listChats(database, { ownerId: user.id, cursor })
 *   render(page.chats)
 *   cursor = page.nextCursor ?? undefined
 * } while (cursor)
 * ```
 */
export async function listChats(
  queryable: Queryable,
  params: ListChatsParams,
): Promise<{ readonly chats: readonly ListedChat[]; readonly nextCursor: string | null }> {
  const { ownerId, archived, limit, cursor } = checkInput('listChats', input, params)
  const [afterTime, afterId] = cursor === undefined ? [null, null] : decodeCursor(cursor)
  // One more row than requested shows whether there is another page.
  const rows = await selectChats(queryable, {
    ownerId,
    archived,
    afterTime,
    afterId,
    limit: limit + 1,
  })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const nextCursor =
    rows.length > limit && last ? encodeCursor([last.exactUpdatedAt, last.id]) : null
  return { chats: page.map(({ exactUpdatedAt: _, ...chat }) => chat), nextCursor }
}

function encodeCursor(content: z.output<typeof cursorContent>): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url')
}

function decodeCursor(cursor: string): z.output<typeof cursorContent> {
  try {
    return cursorContent.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch (error) {
    throw new DriftpinError(
      'invalid_input',
      'listChats: cursor: is not a cursor of listChats. Pass nextCursor unchanged.',
      error,
    )
  }
}

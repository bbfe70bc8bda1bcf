import {
  type ChatContext,
  defineStatement,
  getChatContexts,
  type ListedChat,
  listedRow,
  listedSelection,
} from '../context/index.js'
import type { Queryable } from '../database/index.js'
import { limits } from '../schema/index.js'
import { UsageError } from './command-error.js'
import { renderTable } from './table.js'
import { exactTime, paint, printable, screenWidth } from './terminal.js'

/** A chat in the lists of commands: that of `listChats`, and more that a person wants to know. */
export interface ChatLine extends ListedChat, Pick<ChatContext, 'follows' | 'dirtyKinds' | 'live'> {
  readonly dirtySince: Date | null
  readonly agentName: string | null
  readonly workspaceName: string | null
  /** The shortest prefix of the id that no other chat of the schema has; at least 8 characters. */
  readonly shortId: string
}

/** Which chats to read. Without `ownerId`, the chats of all owners. */
export interface ChatFilter {
  readonly ownerId?: string | undefined
  readonly archived?: boolean | undefined
  readonly dirty?: boolean | undefined
  /** The lowest and the highest id. */
  readonly between?: readonly [string, string]
  /** Without it, all chats. */
  readonly limit?: number | undefined
}

const shortLengthMin = 8

/** `listChats` reads the chats of one owner; a person at a terminal sees those of all owners. */
export const selectLines = defineStatement({
  name: 'list chats of all owners',
  parameters: {
    ownerId: 'uuid?',
    archived: 'boolean?',
    dirty: 'boolean?',
    lowest: 'uuid?',
    highest: 'uuid?',
    limit: 'integer?',
  },
  row: {
    ...listedRow,
    dirtySince: 'timestamptz?',
    agentName: 'text?',
    workspaceName: 'text?',
    idBefore: 'uuid?',
    idAfter: 'uuid?',
  },
  // The neighbours of an id in the primary key show how short its unique prefix can be.
  sql: (names, { ownerId, archived, dirty, lowest, highest, limit }) => `
    SELECT chat.*, agent.name AS "agentName", workspace.name AS "workspaceName",
           (SELECT other.id FROM ${names.chats} other WHERE other.id < chat.id
            ORDER BY other.id DESC LIMIT 1) AS "idBefore",
           (SELECT other.id FROM ${names.chats} other WHERE other.id > chat.id
            ORDER BY other.id LIMIT 1) AS "idAfter"
    FROM (SELECT ${listedSelection(names)},
                 chat.context_dirty_since AS "dirtySince"
          FROM ${names.chats} chat
          WHERE (${ownerId} IS NULL OR chat.owner_id = ${ownerId})
            AND (${archived} IS NULL OR chat.archived = ${archived})
            AND (${lowest} IS NULL OR chat.id BETWEEN ${lowest} AND ${highest})) chat
    LEFT JOIN ${names.workspace_agents} agent ON agent.id = chat."agentId"
    LEFT JOIN ${names.workspaces} workspace ON workspace.id = chat."workspaceId"
    WHERE ${dirty} IS NULL OR chat.dirty = ${dirty}
    ORDER BY chat."updatedAt" DESC, chat.id
    LIMIT ${limit}`,
})

/** Reads chats, newest first. */
export async function selectChats(queryable: Queryable, filter: ChatFilter): Promise<ChatLine[]> {
  const rows = await selectLines(queryable, {
    ...filter,
    lowest: filter.between?.[0],
    highest: filter.between?.[1],
  })
  const contexts = new Map<string, ChatContext>()
  for (let at = 0; at < rows.length; at += limits.chatsAskedMax) {
    const chatIds = rows.slice(at, at + limits.chatsAskedMax).map(({ id }) => id)
    for (const one of await getChatContexts(queryable, { chatIds })) contexts.set(one.chat.id, one)
  }
  return rows.flatMap(({ idBefore, idAfter, ...chat }) => {
    const context = contexts.get(chat.id)
    // It was deleted in between.
    if (!context) return []
    const { follows, dirtyKinds, live } = context
    return {
      ...{ ...chat, follows, dirtyKinds, live },
      dirtySince: chat.dirty ? chat.dirtySince : null,
      shortId: uniquePrefix(chat.id, [idBefore, idAfter]),
    }
  })
}

function uniquePrefix(id: string, others: readonly (string | null)[]): string {
  const shared = others.map((other) => {
    let length = 0
    while (other !== null && other[length] === id[length]) length += 1
    return length
  })
  return id.slice(0, Math.max(shortLengthMin, ...shared.map((length) => length + 1)))
}

const digitsMin = 4
const digitsOfAll = 32
const listedMax = 10

/** The help of an argument that takes a chat. */
export const chatArgument = 'the id of a chat; its first 4 characters are enough if they are unique'

/**
 * The chat whose id starts with a prefix.
 *
 * @throws UsageError if there is none, or several. The message lists them.
 */
export async function findChat(queryable: Queryable, written: string): Promise<ChatLine> {
  const digits = written.replaceAll('-', '').toLowerCase()
  if (!/^[0-9a-f]+$/.test(digits) || digits.length < digitsMin || digits.length > digitsOfAll) {
    throw new UsageError(
      `${printable(written)} is not the id of a chat. Give an id that driftpin chats shows, or at ` +
        `least its first ${digitsMin} characters.`,
    )
  }
  const between = [digits.padEnd(digitsOfAll, '0'), digits.padEnd(digitsOfAll, 'f')] as const
  const found = await selectChats(queryable, { between, limit: listedMax + 1 })
  const [chat, ...others] = found
  if (!chat) throw new UsageError(`No chat id starts with ${written}. driftpin chats lists all.`)
  if (others.length > 0) throw ambiguous(written, found)
  return chat
}

function ambiguous(written: string, found: readonly ChatLine[]): UsageError {
  const shown = found.slice(0, listedMax)
  const table = renderTable(
    { columns: ['chat', 'title'], rows: shown.map(({ id, title }) => [id, title]) },
    { width: screenWidth(), isPlain: true, cut: { title: 'start' } },
  )
  const more = found.length > shown.length ? '\nand more' : ''
  return new UsageError(`Several chat ids start with ${written}. Give more of it:\n${table}${more}`)
}

/** The state of a chat's pinned context in one or two words. */
export function chatState({ hydrated, dirty, archived, live }: ChatLine): string {
  if (archived) return 'archived'
  if (!hydrated) return live === 'starting' ? 'starting' : 'no pins'
  return dirty ? 'dirty' : 'ok'
}

const colours: Record<string, Parameters<typeof paint>[0]> = { dirty: 'yellow', ok: 'green' }

/** A chat in a few lines: its title, its whole id, the state of its context, and its kinds. */
export function renderChat(chat: ChatLine): string {
  const { id, title, agentName, workspaceName, dirtySince } = chat
  const state = chatState(chat)
  const since = dirtySince ? ` since ${exactTime(dirtySince)}` : ''
  const workspace = workspaceName === null ? '' : ` of ${workspaceName}`
  const agent = agentName === null ? 'no agent' : `agent ${agentName}${workspace}`
  const kinds = [
    chat.dirtyKinds.length > 0 && `differs in ${chat.dirtyKinds.join(', ')}`,
    chat.follows.length > 0 && `follows ${chat.follows.join(', ')}`,
  ].filter(Boolean)
  return [
    paint('bold', printable(title)),
    `chat ${id}`,
    `${paint(colours[state] ?? 'dim', state)}${since}, ${printable(agent)}`,
    ...(kinds.length > 0 ? [kinds.join('; ')] : []),
  ].join('\n')
}

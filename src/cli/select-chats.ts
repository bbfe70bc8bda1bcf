import {
  defineStatement,
  type ListedChat,
  listedChat,
  listedRow,
  listedSelection,
} from '../context/index.js'
import type { Queryable } from '../database/index.js'
import { commandStatements } from './command-statements.js'

/** A chat as commands list it: as `listChats` gives it, and what a person wants to know besides. */
export interface ChatLine extends ListedChat {
  readonly dirtySince: Date | null
  readonly agentName: string | null
  readonly workspaceName: string | null
  /** How much of the id tells it from every other chat of the schema. */
  readonly shortId: string
}

/** Which chats; those of every owner unless one is named. */
export interface ChatFilter {
  readonly ownerId?: string | undefined
  readonly archived?: boolean | undefined
  readonly dirty?: boolean | undefined
  /** The lowest and the highest id. */
  readonly between?: readonly [string, string]
  /** All where none is given. */
  readonly limit?: number | undefined
}

const shortLengthMin = 8

/** `listChats` is for the application of one owner; somebody at a terminal sees all of them. */
const selectLines = defineStatement(
  {
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
      dirty_since: 'timestamptz?',
      agent_name: 'text?',
      workspace_name: 'text?',
      id_before: 'uuid?',
      id_after: 'uuid?',
    },
    // The neighbours of an id, one step in the primary key each, say how short it can be.
    sql: (names, { ownerId, archived, dirty, lowest, highest, limit }) => `
    SELECT chat.*, agent.name AS agent_name, workspace.name AS workspace_name,
           (SELECT other.id FROM ${names.chats} other WHERE other.id < chat.id
            ORDER BY other.id DESC LIMIT 1) AS id_before,
           (SELECT other.id FROM ${names.chats} other WHERE other.id > chat.id
            ORDER BY other.id LIMIT 1) AS id_after
    FROM (SELECT ${listedSelection(names)},
                 chat.context_dirty_since AS dirty_since
          FROM ${names.chats} chat
          WHERE (${ownerId} IS NULL OR chat.owner_id = ${ownerId})
            AND (${archived} IS NULL OR chat.archived = ${archived})
            AND (${lowest} IS NULL OR chat.id BETWEEN ${lowest} AND ${highest})) chat
    LEFT JOIN ${names.workspace_agents} agent ON agent.id = chat.agent_id
    LEFT JOIN ${names.workspaces} workspace ON workspace.id = chat.workspace_id
    WHERE ${dirty} IS NULL OR chat.dirty = ${dirty}
    ORDER BY chat.updated_at DESC, chat.id
    LIMIT ${limit}`,
  },
  commandStatements,
)

/** Reads chats, newest first. */
export async function selectChats(queryable: Queryable, filter: ChatFilter): Promise<ChatLine[]> {
  const rows = await selectLines(queryable, {
    ownerId: filter.ownerId ?? null,
    archived: filter.archived ?? null,
    dirty: filter.dirty ?? null,
    lowest: filter.between?.[0] ?? null,
    highest: filter.between?.[1] ?? null,
    limit: filter.limit ?? null,
  })
  return rows.map((row) => ({
    ...listedChat(row),
    dirtySince: row.dirty ? row.dirty_since : null,
    agentName: row.agent_name,
    workspaceName: row.workspace_name,
    shortId: shorten(row.id, [row.id_before, row.id_after]),
  }))
}

function shorten(id: string, others: readonly (string | null)[]): string {
  const shared = others.map((other) => {
    let length = 0
    while (other !== null && other[length] === id[length]) length += 1
    return length
  })
  return id.slice(0, Math.max(shortLengthMin, ...shared.map((length) => length + 1)))
}

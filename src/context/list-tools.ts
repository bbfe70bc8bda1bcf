import type { Queryable } from '../database/index.js'
import type { JsonObject } from '../schema/index.js'
import { chatNotFound } from './chat-ref.js'
import { type ChatKey, chatInput, checkInput } from './check-input.js'
import { readServer } from './read-server.js'
import { defineStatement } from './statement.js'

/**
 * The tools of a chat.
 *
 * @example
 * ```ts
 * const { tools, skipped }: ToolList = await listTools(database, { chatId })
 * for (const { source, reason } of skipped) console.warn(`${source}: ${reason}`)
 * ```
 */
export interface ToolList {
  /** By the source of the server in byte order, and then in the order of the server. */
  readonly tools: readonly {
    /** The names of the server and of the tool, with `__` between them; unique in the list. */
    readonly name: string
    /** The source of the pin that has the server. */
    readonly source: string
    /** The name of the server. */
    readonly serverName: string
    /** The name by which the server knows the tool. */
    readonly toolName: string
    /** What the tool does; empty if the server did not say it. */
    readonly description: string
    /** The JSON Schema of its input; `{}` if the server has none. */
    readonly inputSchema: JsonObject
  }[]
  /** Servers and tools that are not in the list, in the same order. */
  readonly skipped: readonly {
    /** The source of the pin. */
    readonly source: string
    /** The name that the tool would have; null for a whole server or a tool without a name. */
    readonly name: string | null
    /** Why it is not in the list. */
    readonly reason: string
  }[]
}

export const selectServers = defineStatement({
  name: 'read pins for tools',
  parameters: { chatId: 'uuid', ownerId: 'uuid?' },
  row: {
    source: 'text?',
    status: 'workspace_agent_context_resource_status?',
    body: 'jsonb?',
  },
  // The outer join returns one row of NULL for a chat without servers, and no row for no chat.
  sql: ({ chats, chat_context_resources }, { chatId, ownerId }) => `
    SELECT pin.source, pin.status, pin.body
    FROM ${chats} chat
    LEFT JOIN ${chat_context_resources} pin
      ON pin.chat_id = chat.id AND pin.body_kind = 'mcp_server'
    WHERE chat.id = ${chatId} AND (${ownerId} IS NULL OR chat.owner_id = ${ownerId})
    ORDER BY pin.source COLLATE "C"`,
})

/**
 * Lists the tools of the MCP servers of a chat, as a request to a model needs them. By default a
 * chat follows MCP servers, so that the tools are those that its agent has now.
 *
 * The name of a tool is `<server>__<tool>`, of the names that the server and the tool report,
 * unchanged. If two tools would have one name, the first in the order of the list has it, and the
 * other one is reported in `skipped`. So are servers whose status is not `ok` or that have no name,
 * and tools that are no object, have no name, or have an input schema that is no object; the others
 * are listed. To call a tool, use `serverName` and `toolName`: `__` may also occur in either. If a
 * model permits fewer characters in a name, the caller maps the names.
 *
 * @throws DriftpinError `chat_not_found`, `invalid_input`.
 *
 * @example
 * ```ts
 * const { tools } = await listTools(database, { chatId })
 * const forModel = tools.map(({ name, description, inputSchema }) => ({
 *   name,
 *   description,
 *   input_schema: inputSchema,
 * }))
 * ```
 */
export async function listTools(queryable: Queryable, params: ChatKey): Promise<ToolList> {
  const key = checkInput('listTools', chatInput, params)
  const rows = await selectServers(queryable, key)
  if (rows.length === 0) throw chatNotFound(key.chatId)
  const tools: ToolList['tools'][number][] = []
  const skipped: ToolList['skipped'][number][] = []
  const sources = new Map<string, string>()
  for (const { source, status, body } of rows) {
    if (source === null) continue
    const skip = (reason: string, name: string | null = null) =>
      skipped.push({ source, name, reason })
    const { serverName, tools: found } = readServer(body)
    if (status !== 'ok') skip(`its status is ${status}`)
    else if (serverName === null) skip('its server has no name')
    else {
      const nameOf = (toolName: string) => `${serverName}__${toolName}`
      for (const tool of found) {
        if ('reason' in tool) {
          skip(tool.reason, tool.name === null ? null : nameOf(tool.name))
          continue
        }
        const { name: toolName, ...said } = tool
        const name = nameOf(toolName)
        const other = sources.get(name)
        if (other !== undefined) skip(`a tool of ${other} has the same name`, name)
        else {
          tools.push({ name, source, serverName, toolName, ...said })
          sources.set(name, source)
        }
      }
    }
  }
  return { tools, skipped }
}

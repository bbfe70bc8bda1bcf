import type { JsonObject, JsonValue } from '../schema/index.js'

/** A tool as the body of its MCP server has it. */
export interface ServerTool {
  readonly name: string
  /** Empty if the body has none. */
  readonly description: string
  /** `{}` if the body has none. */
  readonly inputSchema: JsonObject
}

/** What is listed among the tools of a body and cannot be used as one. */
interface MalformedTool {
  readonly name: string | null
  readonly reason: string
}

/**
 * Reads the body of an MCP server. A push accepts any body, so that every part may be missing.
 *
 * @returns The name, which is null if the body has none, and the tools in the order of the body, in
 * which names may occur more than once.
 */
export function readServer(body: JsonValue): {
  readonly serverName: string | null
  readonly tools: readonly (ServerTool | MalformedTool)[]
} {
  const { server_name, tools = [] } = isObject(body) ? body : {}
  return {
    serverName: nonEmpty(server_name),
    tools: Array.isArray(tools)
      ? (tools as readonly JsonValue[]).map(readTool)
      : [{ name: null, reason: 'its tools are not a list' }],
  }
}

function readTool(tool: JsonValue, index: number): ServerTool | MalformedTool {
  const which = `tools[${index}]`
  if (!isObject(tool)) return { name: null, reason: `${which} is not an object` }
  const { description, input_schema: inputSchema = {} } = tool
  const name = nonEmpty(tool.name)
  if (name === null) return { name, reason: `${which} has no name` }
  return isObject(inputSchema)
    ? { name, description: nonEmpty(description) ?? '', inputSchema }
    : { name, reason: `the input schema of ${which} is not an object` }
}

/** A text of a body, or null. A body omits empty fields, so that an empty text is none. */
function nonEmpty(value: JsonValue | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

import type { JsonObject, JsonValue } from '../schema/index.js'

/** A tool as the body of its MCP server has it. */
export interface ServerTool {
  readonly name: string
  /** Empty if the body has none. */
  readonly description: string
  /** `{}` if the body has none. */
  readonly inputSchema: JsonObject
}

/** The tools of an MCP server, and why others in its body are none. */
export interface ServerTools {
  /** Undefined if the body has none. */
  readonly serverName: string | undefined
  /** In the order of the body. Names may occur more than once. */
  readonly tools: readonly ServerTool[]
  readonly malformed: readonly { readonly name: string | undefined; readonly reason: string }[]
}

/** Reads the body of an MCP server. A push accepts any body, so that every part may be missing. */
export function readServer(body: JsonValue): ServerTools {
  const { server_name, tools: listed = [] } = isObject(body) ? body : {}
  const serverName = nonEmpty(server_name)
  if (!Array.isArray(listed)) {
    const malformed = [{ name: undefined, reason: 'its tools are not a list' }]
    return { serverName, tools: [], malformed }
  }
  const tools: ServerTool[] = []
  const malformed: { name: string | undefined; reason: string }[] = []
  for (const [index, tool] of (listed as readonly JsonValue[]).entries()) {
    const which = `tools[${index}]`
    const name = isObject(tool) ? nonEmpty(tool.name) : undefined
    if (!isObject(tool)) malformed.push({ name, reason: `${which} is not an object` })
    else if (name === undefined) malformed.push({ name, reason: `${which} has no name` })
    else {
      const { description, input_schema: inputSchema = {} } = tool
      if (isObject(inputSchema)) {
        tools.push({ name, description: nonEmpty(description) ?? '', inputSchema })
      } else malformed.push({ name, reason: `the input schema of ${which} is not an object` })
    }
  }
  return { serverName, tools, malformed }
}

/** A text of a body, or undefined. A body omits empty fields, so that an empty text is none. */
function nonEmpty(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

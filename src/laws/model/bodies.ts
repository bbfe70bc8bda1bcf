import type { JsonObject, JsonValue } from '../../schema/index.js'
import type { Resource } from './model.js'
import { canonicalJson, inByteOrder } from './text.js'

// What the bodies of skills and MCP servers say. An agent may report any body.

type Fields = { readonly [name: string]: JsonValue | undefined }

const textIn = (fields: Fields, name: string): string =>
  typeof fields[name] === 'string' ? (fields[name] as string) : ''

const isMap = (value: JsonValue | undefined): value is JsonObject =>
  Object.prototype.toString.call(value) === '[object Object]'

/** The entries of a body's list of tools; nothing for a body without a list. */
function toolEntries(body: Fields): readonly JsonValue[] {
  return Array.isArray(body.tools) ? body.tools : []
}

/** What a client shows of a pin. */
export function shownOf({ kind, body }: Resource) {
  const fields: Fields = body
  const name = textIn(fields, kind === 'skill' ? 'name' : 'server_name')
  const said = { name, description: textIn(fields, 'description') }
  if (name === '') return {}
  if (kind === 'skill') return { skill: said }
  if (kind !== 'mcp_server') return {}
  const tools = toolEntries(fields).flatMap((tool) => {
    const toolName = isMap(tool) ? textIn(tool, 'name') : ''
    return toolName === ''
      ? []
      : [{ name: toolName, description: textIn(tool as Fields, 'description') }]
  })
  return { server: { ...said, tools } }
}

/** One entry of a server's list: a tool, or the reason why it is none. */
type Entry = { readonly name: string | null } & (
  | { readonly tool: { readonly description: string; readonly inputSchema: JsonObject } }
  | { readonly reason: string }
)

/** The name of a server, and the entries of its list of tools. */
export function serverOf(body: JsonObject): { readonly name: string; readonly entries: Entry[] } {
  const name = textIn(body, 'server_name')
  if (body.tools !== undefined && !Array.isArray(body.tools)) {
    return { name, entries: [{ name: null, reason: 'its tools are not a list' }] }
  }
  const entries = toolEntries(body).map((tool, place): Entry => {
    if (!isMap(tool)) return { name: null, reason: `tools[${place}] is not an object` }
    const toolName = textIn(tool, 'name')
    if (toolName === '') return { name: null, reason: `tools[${place}] has no name` }
    const inputSchema = 'input_schema' in tool ? tool.input_schema : {}
    return isMap(inputSchema)
      ? { name: toolName, tool: { description: textIn(tool, 'description'), inputSchema } }
      : { name: toolName, reason: `the input schema of tools[${place}] is not an object` }
  })
  return { name, entries }
}

/** The names of the tools that differ between two MCP servers; null if one is something else. */
export function toolChanges(pinned: Resource, live: Resource) {
  if (pinned.kind !== 'mcp_server' || live.kind !== 'mcp_server') return null
  const texts = ({ body }: Resource) => {
    const found: Record<string, string> = Object.create(null)
    for (const entry of serverOf(body).entries) {
      if ('tool' in entry) found[entry.name!] ??= canonicalJson(entry.tool)
    }
    return found
  }
  const [before, after] = [texts(pinned), texts(live)]
  const names = inByteOrder([...new Set([...Object.keys(before), ...Object.keys(after)])])
  const where = (isMeant: (old: string | undefined, now: string | undefined) => boolean) =>
    names.filter((name) => isMeant(before[name], after[name]))
  return {
    added: where((old) => old === undefined),
    removed: where((_, now) => now === undefined),
    modified: where((old, now) => old !== undefined && now !== undefined && old !== now),
  }
}

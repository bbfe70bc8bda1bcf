import type { Preference } from '../choices.js'
import { serverOf } from '../model/bodies.js'
import { findChat } from '../model/model.js'
import { inByteOrder } from '../model/text.js'
import { defineChatOperation } from '../operation.js'

const hasServers: Preference = (_, { pins }) =>
  [...pins.values()].filter(({ kind }) => kind === 'mcp_server').length > 1

/** The tools of the MCP servers of a chat. */
export const listTools = defineChatOperation({
  name: 'list tools',
  prefers: [hasServers],
  execute: ({ queryable, operations }, key) => operations.listTools(queryable, key),
  /** By server and in its order; of each name the first, and for all else the reason. */
  predict(model, key) {
    const { pins } = findChat(model, key)
    const servers = inByteOrder([...pins.keys()]).filter(
      (source) => pins.get(source)!.kind === 'mcp_server',
    )
    const tools: { name: string; source: string; [field: string]: unknown }[] = []
    const skipped: { source: string; name: string | null; reason: string }[] = []
    for (const source of servers) {
      const { status, body } = pins.get(source)!
      const { name: serverName, entries } = serverOf(body)
      if (status !== 'ok' || serverName === '') {
        const reason = status === 'ok' ? 'its server has no name' : `its status is ${status}`
        skipped.push({ source, name: null, reason })
        continue
      }
      for (const entry of entries) {
        const name = entry.name === null ? null : `${serverName}__${entry.name}`
        const first = tools.find((one) => one.name === name)
        if ('reason' in entry) skipped.push({ source, name, reason: entry.reason })
        else if (first) {
          skipped.push({ source, name, reason: `a tool of ${first.source} has the same name` })
        } else tools.push({ name: name!, source, serverName, toolName: entry.name, ...entry.tool })
      }
    }
    return { tools, skipped }
  },
})

import type {
  WorkspaceAgentContextBodyKind,
  WorkspaceAgentContextResourceStatus,
} from './generated/tables.js'
import type { JsonObject } from './json.js'

/**
 * The kind of a resource. The last four are reserved: the schema contains them, so that rows of a
 * newer version can be read, but a push that has them is refused.
 *
 * @example
 * ```ts
 * const icons: Partial<Record<BodyKind, string>> = { instruction_file: 'page', skill: 'tool' }
 * ```
 */
export type BodyKind = WorkspaceAgentContextBodyKind

/**
 * The kinds that a push may contain.
 *
 * @example
 * ```ts
 * const canBePushed = (kind: BodyKind) => pushableKinds.some((one) => one === kind)
 * ```
 */
export const pushableKinds = [
  'instruction_file',
  'skill',
  'mcp_config',
  'mcp_server',
] as const satisfies readonly BodyKind[]

/**
 * The result of reading a resource; only `ok` has a body.
 *
 * @example
 * ```ts
 * const isUsable = (status: ResourceStatus) => status === 'ok'
 * ```
 */
export type ResourceStatus = WorkspaceAgentContextResourceStatus

/**
 * One thing that an agent found, as a scan returns it and a push sends it.
 *
 * @example
 * ```ts
 * import { createHash } from 'node:crypto'
 *
 * const resource: ResourceInput = {
 *   source: '/home/dev/shop/AGENTS.md',
 *   kind: 'instruction_file',
 *   body: { content: btoa('# Shop\n') },
 *   contentHash: createHash('sha256').update('# Shop\n').digest('hex'),
 *   sizeBytes: 7,
 *   status: 'ok',
 * }
 * ```
 */
export interface ResourceInput {
  /** Where it is: for a file its absolute path as found, `mcp:<server>` for an MCP server. */
  readonly source: string
  /** Its kind. The last four kinds are reserved and refused. */
  readonly kind: BodyKind
  /** The content, in the shape of its kind; `{}` for any status other than `ok`. */
  readonly body: JsonObject
  /** sha256 of the original bytes in hexadecimal, in lower case; at most 64 bytes. */
  readonly contentHash: string
  /** The true size in bytes, whatever the status; at most 2^53 - 1. */
  readonly sizeBytes: number
  /** The result of reading it; any status other than `ok` has an error text. */
  readonly status: ResourceStatus
  /** Why the status is not `ok`; empty otherwise, which is the default. */
  readonly error?: string
  /** The file it was read from if that is not the source itself; empty by default. */
  readonly sourcePath?: string
}

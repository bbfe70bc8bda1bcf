import type { BodyKind } from '../schema/index.js'
import type { Refusal } from './refusal.js'

/** A resource that was found by its name, before anything of it is read. */
export interface Candidate {
  readonly kind: Extract<BodyKind, 'instruction_file' | 'mcp_config' | 'skill'>
  /** The path as found under the root's chosen name. */
  readonly source: string
  /** The path to read it at, or why there is nothing to read. */
  readonly found: Buffer | Refusal
}

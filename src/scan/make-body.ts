import { isUtf8 } from 'node:buffer'
import type { JsonObject } from '../schema/index.js'
import type { Candidate } from './candidate.js'
import { readFrontMatter } from './read-front-matter.js'

/** A body and, for a skill, the name that no other skill may have; or why there is none. */
export type Made =
  | { readonly body: JsonObject; readonly skill?: string }
  | { readonly invalid: string }

/**
 * Makes the body of a resource from its content, with empty fields left out.
 *
 * The content of `.mcp.json` is checked and never copied, not even into an error: it may hold
 * secrets.
 */
export function makeBody(kind: Candidate['kind'], source: string, content: Buffer): Made {
  if (!isUtf8(content)) return { invalid: 'not UTF-8' }
  if (kind === 'mcp_config') return isJson(content) ? { body: {} } : { invalid: 'not valid JSON' }
  const base64 = content.toString('base64')
  if (kind === 'instruction_file') return { body: base64 === '' ? {} : { content: base64 } }
  const directory = source.split('/').at(-2)!
  const read = readFrontMatter(decoded(content), directory)
  if ('invalid' in read) return read
  const { name, description } = read
  return { body: { meta: base64, name, description }, skill: name }
}

function isJson(content: Buffer): boolean {
  try {
    JSON.parse(decoded(content))
    return true
  } catch {
    return false
  }
}

/** The text without a byte order mark, which editors on Windows put before JSON and YAML alike. */
function decoded(content: Buffer): string {
  return new TextDecoder().decode(content)
}

import type { SchemaManifest } from '../../schema/index.js'
import { isIdentifier } from './typescript-text.js'

/** What tables, views and enums are called in TypeScript, by their names in the database. */
export interface TypeNames {
  readonly tables: ReadonlyMap<string, string>
  readonly views: ReadonlyMap<string, string>
  readonly enums: ReadonlyMap<string, string>
}

/** What the generated file uses itself. */
const reserved = ['Date', 'Uint8Array', 'Column', 'JsonValue', 'Int8', 'DateTime', 'Interval']

/**
 * Names a type for each, such as `ChatMessagesTable` for `chat_messages`. Of several that would
 * have one name the later ones get a number.
 *
 * @param taken Names that are used otherwise.
 */
export function nameTypes(manifest: SchemaManifest, taken: readonly string[]): TypeNames {
  const used = new Set([...reserved, ...taken])
  const nameAll = (some: readonly { readonly name: string }[], suffix: string) =>
    new Map(some.map(({ name }) => [name, unique(`${pascal(name)}${suffix}`, used)]))
  return {
    enums: nameAll(manifest.enums, ''),
    tables: nameAll(manifest.tables, 'Table'),
    views: nameAll(manifest.views, 'View'),
  }
}

function unique(name: string, used: Set<string>): string {
  let free = name
  for (let number = 2; used.has(free); number++) free = `${name}${number}`
  used.add(free)
  return free
}

function pascal(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  if (isIdentifier(joined)) return joined
  return isIdentifier(`_${joined}`) ? `_${joined}` : '_'
}

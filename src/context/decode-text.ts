import type { BodyKind, JsonValue } from '../schema/index.js'

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Where the bytes of a kind are in its body; kinds that have none are not in here. */
const byteFields: Partial<Record<BodyKind, string>> = { instruction_file: 'content', skill: 'meta' }

/**
 * The text of an instruction file or of a skill's SKILL.md, or null where a body has no such
 * bytes or they are not UTF-8. A byte order mark is left out.
 */
export function decodeText(kind: BodyKind, body: JsonValue): string | null {
  const field = byteFields[kind]
  if (field === undefined || typeof body !== 'object' || body === null) return null
  const encoded = (body as Record<string, JsonValue | undefined>)[field] ?? ''
  if (typeof encoded !== 'string' || !base64.test(encoded)) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(encoded, 'base64'))
  } catch {
    return null
  }
}

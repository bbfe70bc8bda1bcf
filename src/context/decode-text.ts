import type { BodyKind, JsonValue } from '../schema/index.js'

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Where the body of a kind contains its bytes; other kinds have no bytes. */
const byteFields: Partial<Record<BodyKind, string>> = { instruction_file: 'content', skill: 'meta' }

/**
 * The text of an instruction file or of a skill's SKILL.md without a byte order mark, or null if
 * the body has no such bytes or they are not UTF-8.
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

import { isUtf8 } from 'node:buffer'
import type { BodyKind } from '../../schema/index.js'
import type { Resource } from './model.js'

/** Where the bytes of a kind are in its body. No other kind has any. */
const fields: Partial<Record<BodyKind, string>> = { instruction_file: 'content', skill: 'meta' }

/**
 * The text of an instruction file or of a skill's SKILL.md, without a byte order mark; null for
 * what is not ok, and for bytes that are not there or are not UTF-8.
 */
export function textOf({ kind, body, status }: Resource): string | null {
  const field = fields[kind]
  if (status !== 'ok' || field === undefined) return null
  const encoded = (body as Record<string, unknown>)[field] ?? ''
  if (typeof encoded !== 'string' || !isBase64(encoded)) return null
  const bytes = Buffer.from(encoded, 'base64')
  return isUtf8(bytes) ? bytes.toString().replace(/^\ufeff/, '') : null
}

/** Whole groups of four letters, of which the last may end in padding. */
function isBase64(text: string): boolean {
  const letters = text.replace(/={1,2}$/, '')
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*$/.test(letters)
}

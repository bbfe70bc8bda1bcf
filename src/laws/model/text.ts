import { isUtf8 } from 'node:buffer'
import type { BodyKind, JsonValue } from '../../schema/index.js'
import type { Resource } from './model.js'

/** JSON with sorted keys: the same text for all values that `jsonb` holds equal. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )
}

/**
 * A value as PostgreSQL prints `jsonb`: a space after each comma and colon, keys by length and then
 * by bytes, numbers without an exponent.
 */
export function jsonbText(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(jsonbText).join(', ')}]`
  if (typeof value === 'number') return decimal(value)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value)
    .map(([key, member]) => ({
      bytes: Buffer.from(key),
      text: `${JSON.stringify(key)}: ${jsonbText(member)}`,
    }))
    .sort((a, b) => a.bytes.length - b.bytes.length || Buffer.compare(a.bytes, b.bytes))
  return `{${members.map(({ text }) => text).join(', ')}}`
}

/** Moves the decimal point of the shortest text of a number by its exponent. */
function decimal(value: number): string {
  const [mantissa = '', exponent] = String(Math.abs(value)).split('e')
  const sign = value < 0 ? '-' : ''
  if (exponent === undefined) return `${sign}${mantissa}`
  const [whole = '', fraction = ''] = mantissa.split('.')
  const shift = Number(exponent)
  if (shift < 0) return `${sign}0.${(whole + fraction).padStart(fraction.length - shift, '0')}`
  return `${sign}${whole}${fraction.padEnd(shift, '0')}`
}

/** The order of COLLATE "C": by the bytes of UTF-8. */
export function inByteOrder(sources: readonly string[]): string[] {
  return [...sources].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

/** The field of a body that holds the bytes of a file, encoded in base64. */
const byteFields: Partial<Record<BodyKind, string>> = { instruction_file: 'content', skill: 'meta' }

/**
 * The text of an instruction file or of the SKILL.md of a skill, without a byte order mark. Null if
 * the status is not ok, and if the bytes are missing or are not UTF-8.
 */
export function textOf({ kind, body, status }: Resource): string | null {
  const field = byteFields[kind]
  if (status !== 'ok' || field === undefined) return null
  const encoded = (body as Record<string, unknown>)[field] ?? ''
  if (typeof encoded !== 'string' || !isBase64(encoded)) return null
  const bytes = Buffer.from(encoded, 'base64')
  return isUtf8(bytes) ? bytes.toString().replace(/^\ufeff/, '') : null
}

/** Groups of four letters, of which the last may end in padding. */
function isBase64(text: string): boolean {
  const letters = text.replace(/={1,2}$/, '')
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*$/.test(letters)
}

/** The first and the last code point of each range that a prompt must not contain. */
const invisible = [
  ...['ad-ad', '34f-34f', '61c-61c', '70f-70f', '115f-1160', '17b4-17b5', '180b-180f', '200b-200b'],
  ...['200d-200f', '202a-202e', '2060-206f', '3164-3164', 'fe00-fe0f', 'feff-feff', 'ffa0-ffa0'],
  ...['fff0-fffb', 'e0000-e007f'],
].map((range) => range.split('-').map((point) => Number.parseInt(point, 16)))

const isInvisible = (character: string) => {
  const point = character.codePointAt(0)!
  return invisible.some(([first, last]) => first! <= point && point <= last!)
}

/**
 * A text as a prompt contains it: without invisible code points and HTML comments, with the
 * delimiters of the prompt neutralised, without space at the ends of lines, and with at most one
 * empty line in a row.
 */
export function sanitise(text: string): string {
  const visible = [...text].filter((character) => !isInvisible(character)).join('')
  let lines = neutralised(withoutComments(visible))
    .split('\n')
    .map((line) => line.replace(/[ \t\r]+$/, ''))
    .join('\n')
  while (lines.includes('\n\n\n')) lines = lines.replaceAll('\n\n\n', '\n\n')
  return lines
}

/** {@link sanitise} for a name, a description or a path: all on one line. */
export const sanitiseLine = (text: string): string =>
  sanitise(text)
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ')

/** Removes comments until none is left, since a removal can create another one. */
function withoutComments(text: string): string {
  const start = text.indexOf('<!--')
  // The end may share its hyphens with the start: `<!-->` and `<!--->` are comments.
  const end = start < 0 ? -1 : text.indexOf('-->', start + 2)
  return end < 0 ? text : withoutComments(text.slice(0, start) + text.slice(end + 3))
}

const tags = ['agent-context', 'instruction-file', 'skills', 'skill']

/** Escapes every `<` that begins a tag of the prompt or a comment that is not closed. */
function neutralised(text: string): string {
  const [before = '', ...rest] = text.split('<')
  let after = ''
  const parts = rest.reverse().map((part) => {
    after = part + after
    const made = isDelimiter(after) ? `&lt;${part}` : `<${part}`
    after = `<${after}`
    return made
  })
  return before + parts.reverse().join('')
}

/** Whether a text that follows `<` makes it a delimiter, in any case and with spaces. */
function isDelimiter(rest: string): boolean {
  if (rest.startsWith('!--')) return true
  const name = rest.trimStart().replace(/^\//, '').trimStart()
  // Two letters outside ASCII are equal to ASCII letters if case is ignored.
  const letters = name.slice(0, 20).replaceAll('\u017f', 's').replaceAll('\u212a', 'k')
  const folded = letters.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return tags.some((tag) => folded.startsWith(tag) && !/^\w/.test(folded.slice(tag.length)))
}

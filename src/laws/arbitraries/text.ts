import fc from 'fast-check'
import { limits } from '../../schema/index.js'
import { weighted } from '../choices.js'

/** Texts that parsers often get wrong. PostgreSQL can store each of them. */
const nastyPieces = [
  ...['a', 'A', ' ', '/', '..', '//', '.', '\n', '\r\n', '\t', '\u0001', '\u007f'],
  ...["'", '"', '`', '\\', '\\\\', '%', '%s', '$1', '{{x}}', ';--', '&amp;', '\\u0000'],
  // Composed and decomposed letters, letters whose case maps to several letters, ligatures.
  ...['\u00e9', 'e\u0301', '\u00df', 'ss', '\u0131', '\u0130', '\ufb00', '\u03c2', '\u212b'],
  // UTF-16 and UTF-8 sort these code points in different orders.
  ...['\ue000', '\uffee', '\uffff', '\u{10000}', '\u{10ffff}'],
  ...[
    '\u{1f600}',
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
    '\u{1f1f3}\u{1f1f4}',
    '\u{1f44d}\u{1f3fd}',
  ],
  // Right-to-left text, direction marks and invisible code points.
  ...['\u05e9\u05dc', '\u0645', '\u202e', '\u2066', '\u200b', '\ufeff', '\u00ad', '\u{e0041}'],
  ...[
    '\u0300\u0301\u0302',
    '\u0e33',
    '\u2028',
    '\u0085',
    '\u00a0',
    '\ufffd',
    '__proto__',
    '0',
    'null',
  ],
  ...['<!-- x -->', '<!--', '-->', '```', '\n\n\n\n', '</context>', '# '],
] as const

/** A code point of any plane, without NUL and surrogates, which PostgreSQL cannot store. */
const anyCharacter = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).map(withoutNul)

function withoutNul(text: string): string {
  return text.replaceAll('\0', '')
}

/** PGlite drops a byte order mark at the beginning of a text, as `fromPGlite` documents. */
function withoutMark(text: string): string {
  return text.replace(/^\ufeff+/, '')
}

/** Cuts a text to at most `bytesMax` bytes of UTF-8, between two code points. */
export function cutToBytes(text: string, bytesMax: number): string {
  let end = 0
  let bytes = 0
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > bytesMax) break
    end += character.length
  }
  return text.slice(0, end)
}

/**
 * Texts that can be stored and that are hard to compare, sort, quote and print, of at most
 * `bytesMax` bytes of UTF-8 (200 by default) and `piecesMax` pieces (8 by default). Shrinks to the
 * empty text.
 *
 * @example
 * ```ts
 * fc.assert(fc.property(text({ bytesMax: 40 }), (title) => title === decode(encode(title))))
 * ```
 */
export function text({
  bytesMax = 200,
  piecesMax = 8,
}: {
  readonly bytesMax?: number
  readonly piecesMax?: number
} = {}): fc.Arbitrary<string> {
  const piece = weighted<string>(
    [6, fc.constantFrom(...nastyPieces)],
    [2, anyCharacter],
    [2, fc.string({ unit: 'grapheme', maxLength: 6 }).map(withoutNul)],
  )
  return fc
    .array(piece, { maxLength: piecesMax })
    .map((pieces) => cutToBytes(withoutMark(pieces.join('')), bytesMax))
}

/**
 * A text of exactly `bytes` bytes of UTF-8, made of characters of one to four bytes. It ends in a
 * short random text, so that two such texts are seldom equal.
 */
export function textOfBytes(bytes: number): fc.Arbitrary<string> {
  const end = fc.string({ unit: 'grapheme-ascii', maxLength: Math.min(bytes, 12) })
  return fc
    .tuple(fc.constantFrom('x', '\u00e9', '\u20ac', '\u{1f600}'), end)
    .map(([unit, tail]) => {
      const rest = bytes - Buffer.byteLength(tail)
      const filled = unit.repeat(Math.floor(rest / Buffer.byteLength(unit)))
      return `${filled}${'x'.repeat(rest % Buffer.byteLength(unit))}${tail}`
    })
}

/** Sources shrink to the first of these. */
const plainSources = [
  '/AGENTS.md',
  '/CLAUDE.md',
  '/.mcp.json',
  '/skills/tides/SKILL.md',
  'mcp:tides',
] as const

/**
 * Sources that differ from each other only in case or normalisation, and sources that a locale
 * sorts in another order than the bytes of UTF-8.
 */
const neighbours = [
  ...['/a', '/A', '/a/', '/a/b', '/a b', '/a-b', '/a.b', '/ab', '/AB', '/B', '/10', '/9'],
  ...['/\u00e9', '/e\u0301', '/\u00c9', '/e', '/f', '/\u00e4', '/z', '/Z', '/_', '/~', '/ '],
  ...['/\u00c5', '/A\u030a', '/\u212b', '/\u00df', '/ss', '/\u0131', '/i', '/I', '/\ufb00', '/ff'],
  ...['/\u0001', '/\u007f'],
  ...['/\u4e00', '/\u3042', '/\u30a2', '/\u0430', '/\u03b1', '/\u05d0', 'mcp:a', 'mcp:A', 'MCP:a'],
] as const

/** UTF-16 sorts the last three before the first two, and UTF-8 sorts them after. */
const aroundSurrogates = ['/\ue000', '/\uffee', '/\u{10000}', '/\u{1f600}', '/\u{10ffff}'] as const

const path = fc
  .array(
    weighted(
      [3, fc.constantFrom('AGENTS.md', 'home', 'dev', '..', '.', '', 'skills')],
      [3, text({ piecesMax: 3 })],
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((segments) => `/${segments.join('/')}`)

const server = text({ piecesMax: 4 }).map((name) => `mcp:${name}`)

const anything = text({ bytesMax: limits.sourceBytesMax, piecesMax: 12 })

/**
 * Sources that a push accepts and that are hard to sort, quote and compare: 1 to
 * `limits.sourceBytesMax` bytes of any text that can be stored. Shrinks to `/AGENTS.md`.
 *
 * @example
 * ```ts
 * fc.assert(fc.property(source(), (path) => path === JSON.parse(JSON.stringify(path))))
 * ```
 */
export function source(): fc.Arbitrary<string> {
  return weighted(
    [4, fc.constantFrom(...plainSources)],
    [5, fc.constantFrom(...neighbours)],
    [2, fc.constantFrom(...aroundSurrogates)],
    [5, path],
    [2, server],
    [2, anything],
    [1, textOfBytes(limits.sourceBytesMax)],
  ).map((one) => cutToBytes(one, limits.sourceBytesMax) || '/')
}

import fc from 'fast-check'
import { cutText } from '../../scan/index.js'
import { textBytes } from '../../schema/index.js'

/** What programs that take text apart get wrong, each of them a text that PostgreSQL keeps. */
const nastyPieces = [
  ...['a', 'A', ' ', '/', '..', '//', '.', '\n', '\r\n', '\t', '\u0001', '\u007f'],
  ...["'", '"', '`', '\\', '\\\\', '%', '%s', '$1', '{{x}}', ';--', '&amp;', '\\u0000'],
  // The same letter composed and not, letters whose case maps to more than one, ligatures.
  ...['\u00e9', 'e\u0301', '\u00df', 'ss', '\u0131', '\u0130', '\ufb00', '\u03c2', '\u212b'],
  // Past the surrogates of UTF-16, which sort below these in UTF-16 and above them in UTF-8.
  ...['\ue000', '\uffee', '\uffff', '\u{10000}', '\u{10ffff}'],
  ...[
    '\u{1f600}',
    '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}',
    '\u{1f1f3}\u{1f1f4}',
    '\u{1f44d}\u{1f3fd}',
  ],
  // Written from the right, marks that turn the direction, and what is not seen at all.
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

/** A code point of any plane: no NUL and no surrogate, which PostgreSQL cannot keep. */
const anyCharacter = fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }).map(withoutNul)

function withoutNul(text: string): string {
  return text.replaceAll('\0', '')
}

/** PGlite's answers lose a byte order mark at the beginning of a text, as `fromPGlite` says. */
function withoutMark(text: string): string {
  return text.replace(/^\ufeff+/, '')
}

/**
 * Texts that can be stored and are hard on whoever compares, sorts, quotes or prints them: of at
 * most `bytesMax` bytes of UTF-8 (200 by default) and `piecesMax` pieces (8 by default). Shrinks
 * to the empty text.
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
  const piece = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...nastyPieces) },
    { weight: 2, arbitrary: anyCharacter },
    { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }).map(withoutNul) },
  )
  return fc
    .array(piece, { maxLength: piecesMax })
    .map((pieces) => cutText(withoutMark(pieces.join('')), bytesMax))
}

/**
 * A text of exactly so many bytes of UTF-8, in characters of one to four bytes. It ends in a
 * short random text, so that two of them seldom are equal.
 */
export function textOfBytes(bytes: number): fc.Arbitrary<string> {
  const end = fc.string({ unit: 'grapheme-ascii', maxLength: Math.min(bytes, 12) })
  return fc
    .tuple(fc.constantFrom('x', '\u00e9', '\u20ac', '\u{1f600}'), end)
    .map(([unit, tail]) => {
      const rest = bytes - textBytes(tail)
      const filled = unit.repeat(Math.floor(rest / textBytes(unit)))
      return `${filled}${'x'.repeat(rest % textBytes(unit))}${tail}`
    })
}

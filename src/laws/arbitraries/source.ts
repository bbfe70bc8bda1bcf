import fc from 'fast-check'
import { limits } from '../../schema/index.js'
import { cutToBytes, text, textOfBytes } from './text.js'

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
    fc.oneof(
      {
        weight: 3,
        arbitrary: fc.constantFrom('AGENTS.md', 'home', 'dev', '..', '.', '', 'skills'),
      },
      { weight: 3, arbitrary: text({ piecesMax: 3 }) },
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
  return fc
    .oneof(
      { withCrossShrink: true },
      { weight: 4, arbitrary: fc.constantFrom(...plainSources) },
      { weight: 5, arbitrary: fc.constantFrom(...neighbours) },
      { weight: 2, arbitrary: fc.constantFrom(...aroundSurrogates) },
      { weight: 5, arbitrary: path },
      { weight: 2, arbitrary: server },
      { weight: 2, arbitrary: anything },
      { weight: 1, arbitrary: textOfBytes(limits.sourceBytesMax) },
    )
    .map((one) => cutToBytes(one, limits.sourceBytesMax) || '/')
}

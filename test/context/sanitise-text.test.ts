import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sanitiseLine, sanitiseText } from '../../src/context/sanitise-text.js'
import { limits } from '../../src/index.js'
import { anyCharacter } from '../support/any-character.js'

/** The invisible code points of the domain page, as ranges. */
const invisible: [number, number][] = [
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x70f, 0x70f],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200b],
  [0x200d, 0x200f],
  [0x202a, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0xe0000, 0xe007f],
]
const isInvisible = (point: number) =>
  invisible.some(([first, last]) => first <= point && point <= last)

describe('sanitising a text', () => {
  test.each([
    ['CRLF becomes LF', 'a\r\nb\r\r\nc', 'a\nb\nc'],
    ['a CR that stands alone stays', 'a\rb', 'a\rb'],
    ['a CRLF that a removal makes becomes LF too', 'a\r\u200b\nb\r<!-- x -->\nc', 'a\nb\nc'],
    ['trailing space is trimmed', 'a \t \n\t\nb  c ', 'a\n\nb  c'],
    ['three line feeds or more become two', 'a\n\n\nb\n \n\t\n\nc\n\nd\ne', 'a\n\nb\n\nc\n\nd\ne'],
    ['a comment goes', 'a<!-- x -->b', 'ab'],
    ['a comment over several lines goes', 'a\n<!-- x\n\ny -->\nb', 'a\n\nb'],
    ['the shortest comments go', 'a<!-->b<!--->c<!---->d', 'abcd'],
    ['a comment ends at the first end', '<!-- a <!-- b --> c -->', ' c -->'],
    ['what a removal brings together goes', 'a<!<!-- x -->-- y -->b', 'ab'],
    ['and so at any depth', 'a<!<!<!-- x -->-- y -->-- z -->b', 'ab'],
    ['and if it is one of the shortest', 'a<!-<!-- x -->->b -->c', 'ab -->c'],
    ['a comment that never ends is text', 'a<!-- b', 'a&lt;!-- b'],
    ['and so is one that a removal makes', 'a<!<!-- x -->-- b', 'a&lt;!-- b'],
    ['a comment split by what is invisible goes', 'a<!\u200b--x-\u200d->b', 'ab'],
    ['the end of a comment alone is text', 'a-->b', 'a-->b'],
    [
      'an ordinary tag stays',
      '<b>x</b> <agents> <skilled> a < b',
      '<b>x</b> <agents> <skilled> a < b',
    ],
    ['astral characters stay', '\u{1f600}<!--x-->\u{1f601}', '\u{1f600}\u{1f601}'],
  ])('%s', (_, text, expected) => {
    expect(sanitiseText(text)).toBe(expected)
    expect(sanitiseText(expected)).toBe(expected)
  })

  test('every invisible code point is removed, and no other', () => {
    const step = 0x400
    for (let first = 0; first <= 0x10ffff; first += step) {
      if (first >= 0xd800 && first <= 0xdfff) continue
      let [text, expected] = ['', '']
      for (let point = first; point < first + step; point++) {
        const character = String.fromCodePoint(point)
        text += `x${character}y`
        expected += isInvisible(point) ? 'xy' : `x${character}y`
      }
      expect(sanitiseText(text)).toBe(expected)
    }
  })

  test('the neighbours of the invisible code points stay', () => {
    const neighbours = invisible.flatMap(([first, last]) => [first - 1, last + 1])
    for (const point of neighbours.filter((point) => !isInvisible(point))) {
      const text = `a${String.fromCodePoint(point)}b`
      expect(sanitiseText(text)).toBe(text)
    }
  })

  const names = ['agent-context', 'instruction-file', 'skills', 'skill']
  const spellings = (name: string) => [
    `<${name}>`,
    `</${name}>`,
    `<${name.toUpperCase()}>`,
    `</ ${name} >`,
    `< /${name}>`,
    `<\n/\t${name} source="x">`,
    `<\u00a0${name}>`,
    `<${name}/>`,
    `<${name.replace('s', '\u017f').replace('k', '\u212a')}>`,
    `<${name.slice(0, 3)}\u200d${name.slice(3)}>`,
    `<<!-- x -->/${name}>`,
    `<${name.slice(0, 2)}<!-- x -->${name.slice(2)}>`,
  ]

  test.each(names.flatMap(spellings))('the delimiter %j is neutralised', (spelling) => {
    for (const text of [spelling, `a${spelling}b`, spelling.repeat(3), `<${spelling}`]) {
      expect(sanitiseText(text)).not.toMatch(delimiter)
      expect(sanitiseText(text)).toContain('&lt;')
      expect(sanitiseLine(text)).not.toMatch(delimiter)
    }
  })

  test('a line has no line feed, and no run of spaces', () => {
    expect(sanitiseLine(' a\n\n b\t\u2028 c\r\n')).toBe('a b c')
  })

  const size = limits.bodyBytesMax
  const hostile = [
    ...['<!--', '<!-', '<', '-', '-->', '<!-->', ' ', '\n', '\r', '\r\n', ' \n', '\t', '< ', '</ '],
    ...['<agent-context', '&lt;', '\u200b', '<!<!-- -->', '<skill ', '</', '< / ', '\u2028', 'a '],
  ]

  test.each(hostile)('a text of %j again and again is done with in time', (piece) => {
    const many = piece.repeat(Math.ceil(size / piece.length))
    for (const text of [`<${many}x`, `<!--${many}`]) {
      const clean = sanitiseText(text)
      expect(clean).not.toMatch(delimiter)
      sanitiseLine(text)
    }
  })
})

/** No tag of the block, and no start of a comment, in any spelling. */
const delimiter = /<(?:\s*(?:\/\s*)?(?:agent-context|instruction-file|skills?)\b|!--)/iu

const pieces = fc.oneof(
  fc.constantFrom(
    ...['<', '>', '/', '!', '-', '--', '<!--', '-->', '<!-', '->', ' ', '\t', '\n', '\r', '\r\n'],
    ...['agent-context', 'AGENT-Context', 'instruction-file', 'skills', 'skill', 'agent-', 'sk'],
    ...['\u200b', '\u200d', '\ufeff', '\u{e0041}', '\u200c', '\u00a0', '&lt;', 'x', '\u{1f600}'],
  ),
  fc.string({ unit: anyCharacter, maxLength: 3 }),
)
const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''))
const options = { seed: 20261122, numRuns: 3000 }

describe('for any text', () => {
  test('sanitising twice is the same as once', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const once = sanitiseText(text)
        expect(sanitiseText(once)).toBe(once)
        const line = sanitiseLine(text)
        expect(sanitiseLine(line)).toBe(line)
      }),
      options,
    )
  })

  test('no delimiter, comment, invisible code point or trailing space is left', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const clean = sanitiseText(text)
        expect(clean).not.toMatch(delimiter)
        expect(clean).not.toMatch(/\r\n|[ \t](?:\n|$)|\n{3}/)
        expect([...clean].filter((one) => isInvisible(one.codePointAt(0)!))).toStrictEqual([])
        expect(sanitiseLine(text)).not.toMatch(delimiter)
        expect(sanitiseLine(text)).not.toMatch(/[\r\n\t]| {2}/)
      }),
      options,
    )
  })

  test('a text with none of these in it stays as it is', () => {
    const plain = fc.string({
      unit: fc.constantFrom('a', 'b', ' c', '\nd', '>', '&', 'é', '\u{1f600}'),
    })
    fc.assert(
      fc.property(plain, (text) => {
        expect(sanitiseText(text)).toBe(text)
      }),
      options,
    )
  })
})

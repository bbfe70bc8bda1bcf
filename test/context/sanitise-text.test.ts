import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sanitiseName, sanitisePath, sanitiseText } from '../../src/context/sanitise-text.js'
import { limits } from '../../src/index.js'
import { anyCharacter } from '../support/any-character.js'
import {
  delimiter,
  foreignSpellings,
  isInvisible,
  isUnseen,
  namedSplitters,
  otherTexts,
  seenIn,
  splitNames,
  splits,
  splitters,
} from './hidden-delimiters.js'

describe('sanitising a text', () => {
  test.each([
    ['CRLF becomes LF', 'a\r\nb\r\r\nc', 'a\nb\nc'],
    ['a CR that stands alone goes', 'a\rb', 'ab'],
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

  test.each([
    ['between letters stays', 'می\u200cخواهم क्\u200dष'],
    ['between emoji stays', '\u{1f469}\u{1f3fd}\u200d\u{1f680} \u{2764}\u200d\u{1f525}'],
  ])('a joiner %s', (_, text) => {
    expect(sanitiseText(text)).toBe(text)
  })

  test.each([
    ['at an end', '\u200ca\u200d', 'a'],
    ['next to another', 'a\u200d\u200cb', 'ab'],
    ['next to a space, a digit or a sign', 'a\u200c b\u200d1\u200c.\u200d-', 'a b1.-'],
    ['between a letter and an emoji', 'a\u200d\u{1f600}\u200cb', 'a\u{1f600}b'],
    ['next to a comment', 'a\u200d<!-- x -->b', 'ab'],
  ])('a joiner %s goes', (_, text, expected) => {
    expect(sanitiseText(text)).toBe(expected)
  })

  test('a joiner stays where what is invisible was between it and its letter', () => {
    expect(sanitiseText('\u{2764}\ufe0f\u200d\u{1f525}a\u00ad\u200c\u0085b')).toBe(
      '\u{2764}\u200d\u{1f525}a\u200cb',
    )
  })

  test('a terminal sequence goes as a whole', () => {
    expect(sanitiseText('a\u001b[1;31mb\u009b0 qc\u001bd')).toBe('abcd')
  })

  test('a payload in variation selectors or tags goes', () => {
    const selectors = Array.from({ length: 240 }, (_, n) => String.fromCodePoint(0xe0100 + n))
    const marks = Array.from({ length: 128 }, (_, n) => String.fromCodePoint(0xe0000 + n))
    expect(sanitiseText(`\u{1f600}${selectors.join('')}${marks.join('')}x`)).toBe('\u{1f600}x')
  })

  test('every invisible code point is removed, and no other', () => {
    const step = 0x400
    for (let first = 0; first <= 0x10ffff; first += step) {
      if (first >= 0xd800 && first <= 0xdfff) continue
      let [text, expected] = ['', '']
      for (let point = first; point < first + step; point++) {
        const character = String.fromCodePoint(point)
        text += `1${character}2`
        expected += isInvisible(character) ? '12' : `1${character}2`
      }
      expect(sanitiseText(text)).toBe(expected)
    }
  })

  const names = splitNames
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
      expect(sanitisePath(text)).not.toMatch(delimiter)
      expect(sanitiseName(text)).not.toMatch(delimiter)
    }
  })

  test.each(namedSplitters)('no delimiter survives that %s splits', (_, splitter) => {
    for (const name of names) {
      for (const start of ['</', '< /', '<', '<\t/ ']) {
        for (const split of splits(start, name, splitter)) {
          expect(seenIn(sanitiseText(`a\n${split}\nb`))).not.toMatch(delimiter)
          expect(seenIn(sanitiseName(split))).not.toMatch(delimiter)
          expect(seenIn(sanitisePath(split))).not.toMatch(delimiter)
        }
      }
    }
  })

  test.each(foreignSpellings)('the spelling %j is neutralised', (spelling, rest) => {
    expect(sanitiseText(spelling)).toBe(rest)
  })

  test.each(otherTexts)('%j begins none of the tags of the block', (text) => {
    expect(sanitiseText(text)).toBe(text)
    expect(sanitiseName(text)).not.toMatch(/[<>]/)
  })

  test('in the index of skills its own tags are neutralised too', () => {
    const text = '＜/name＞ ﹤/\u200bdescription﹥ ‹/location> ‹/nom>'
    const expected = '&lt;/name＞ &lt;/description﹥ &lt;/location&gt; ‹/nom&gt;'
    expect(sanitiseName(text)).toBe(expected)
    expect(sanitisePath(text)).toBe(expected)
  })

  test('a path or a name is on one line, without a run of spaces', () => {
    for (const sanitise of [sanitiseName, sanitisePath]) {
      expect(sanitise(' a\n\n b\t\u2028 c\r\n')).toBe('a b c')
    }
  })

  test('a name is escaped as in HTML; a path keeps what a path may have', () => {
    const text = `R&D's <"x">&lt;`
    expect(sanitiseName(text)).toBe('R&amp;D&#x27;s &lt;&quot;x&quot;&gt;&amp;lt;')
    expect(sanitisePath(text)).toBe(`R&D's &lt;&quot;x&quot;&gt;&lt;`)
  })

  const size = limits.bodyBytesMax
  const hostile = [
    ...['<!--', '<!-', '<', '-', '-->', '<!-->', ' ', '\n', '\r', '\r\n', ' \n', '\t', '< ', '</ '],
    ...[
      '<agent-context',
      '&lt;',
      '\u200b',
      'a\u200d',
      '\u001b[',
      '＜',
      '<a:',
      '< a ',
      '<agent ',
      '<!<!-- -->',
      '<skill ',
      '</',
      '< / ',
      '\u2028',
      'a ',
    ],
  ]

  test.each(hostile)('a text of %j again and again is done with in time', (piece) => {
    const many = piece.repeat(Math.ceil(size / piece.length))
    for (const text of [`<${many}x`, `<!--${many}`]) {
      const clean = sanitiseText(text)
      expect(clean).not.toMatch(delimiter)
      sanitiseName(text)
      sanitisePath(text)
    }
  })
})

const pieces = fc.oneof(
  fc.constantFrom(
    ...['<', '>', '/', '!', '-', '--', '<!--', '-->', '<!-', '->', ' ', '\t', '\n', '\r', '\r\n'],
    ...['agent-context', 'AGENT-Context', 'instruction-file', 'skills', 'skill', 'agent-', 'sk'],
    ...['\u200b', '\u200d', '\ufeff', '\u{e0041}', '\u200c', '\u00a0', '&lt;', 'x', '\u{1f600}'],
  ),
  fc.string({ unit: anyCharacter, maxLength: 3 }),
)
const texts = fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join(''))
const options = { seed: 20261122, numRuns: 1000 }

describe('for any text', () => {
  test('sanitising twice is the same as once', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const once = sanitiseText(text)
        expect(sanitiseText(once)).toBe(once)
        const path = sanitisePath(text)
        expect(sanitisePath(path)).toBe(path)
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
        const joiners = ['\u200c', '\u200d']
        const left = [...clean].filter((one) => isInvisible(one) && !joiners.includes(one))
        expect(left).toStrictEqual([])
        for (const line of [sanitisePath(text), sanitiseName(text)]) {
          expect(line).not.toMatch(delimiter)
          expect(line).not.toMatch(/[\r\n\t<>"]| {2}/)
        }
      }),
      options,
    )
  })

  test('no delimiter survives that random splitters split', () => {
    const invisible = fc.string({ unit: anyCharacter, minLength: 1, maxLength: 2 }).filter(isUnseen)
    const splitter = fc.oneof(fc.constantFrom(...splitters), invisible)
    const tag = fc.constantFrom(...splitNames.flatMap((name) => [`<${name}>`, `</${name}>`]))
    const splitTag = fc.tuple(
      tag,
      fc.array(splitter, { maxLength: 6 }),
      fc.infiniteStream(fc.nat()),
    )
    fc.assert(
      fc.property(splitTag, texts, ([whole, some, places], around) => {
        const characters = [...whole]
        for (const one of some) {
          const place = 1 + (places.next().value % (characters.length - 1))
          characters.splice(place, 0, one)
        }
        const text = `${around}\n${characters.join('')}`
        expect(seenIn(sanitiseText(text))).not.toMatch(delimiter)
        expect(seenIn(sanitiseName(text))).not.toMatch(delimiter)
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

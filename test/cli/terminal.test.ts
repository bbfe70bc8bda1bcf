import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { countNoun, joinToWidth, wrapAfter, wrapLines } from '../../src/cli/terminal.js'

describe('a long line', () => {
  const sentence = 'The server cannot be used: its URL cannot be read. Are all characters encoded?'

  test('is broken between words, and loses none of them', () => {
    for (let width = 12; width < 100; width++) {
      const wrapped = wrapLines(sentence, width)
      expect(wrapped.replaceAll('\n', ' ')).toBe(sentence)
      for (const line of wrapped.split('\n')) expect(line.length).toBeLessThanOrEqual(width)
    }
  })

  test('stays as it is if it goes to a file', () => {
    expect(wrapLines(sentence, undefined)).toBe(sentence)
    expect(wrapAfter(12, sentence, undefined)).toBe(sentence)
  })

  test('keeps its indentation on the lines that continue it', () => {
    expect(wrapLines('first\n    one two three', 12)).toBe('first\n    one two\n    three')
  })

  test('is measured in columns, without the codes of colours', () => {
    const red = '\u001b[31m'
    const wrapped = wrapLines(`${red}潮汐 潮汐\u001b[39m tide`, 9)
    expect(stripVTControlCharacters(wrapped)).toBe('潮汐 潮汐\ntide')
    for (const line of wrapped.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(9)
  })

  test('keeps a word that is wider than the terminal whole', () => {
    expect(wrapLines('see postgresql://postgres@127.0.0.1:5433/postgres now', 20)).toBe(
      'see\npostgresql://postgres@127.0.0.1:5433/postgres\nnow',
    )
  })
})

test('a text after a label continues below itself', () => {
  expect(wrapAfter(8, '12 migrations, up to 000012_add', 30)).toBe(
    '12 migrations, up to\n        000012_add',
  )
})

test('parts that contain spaces are not broken', () => {
  expect(joinToWidth(['push 12;', 'hydrate 3;', 'purge 1'], 19)).toEqual([
    'push 12; hydrate 3;',
    'purge 1',
  ])
})

test('a count has the noun in the right number', () => {
  expect([0, 1, 1200].map((count) => countNoun(count, 'chat'))).toEqual([
    '0 chats',
    '1 chat',
    '1,200 chats',
  ])
  expect(countNoun(2, 'history', 'histories')).toBe('2 histories')
})

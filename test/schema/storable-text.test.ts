import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { textBytes, whyNotStorable } from '../../src/schema/storable-text.js'
import { anyCharacter } from '../support/any-character.js'
import { engineNames, useEngine } from '../support/engines.js'

const texts = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.string({
    unit: fc.constantFrom('\0', '\ud800', '\udfff', '\u{1F600}', 'a', '\u0001', '"', '\\'),
  }),
)

describe.each(engineNames)('text on %s', (name) => {
  const engine = useEngine(name)

  test('is storable exactly when the database takes it and gives the same back', async () => {
    const database = engine.database('public')
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        const answer = database.query('SELECT $1::text AS text, $2::jsonb AS json', [
          text,
          { text },
        ])
        if (whyNotStorable(text) === undefined) {
          expect((await answer).rows).toEqual([{ text, json: { text } }])
        } else {
          await expect(answer).rejects.toBeInstanceOf(Error)
        }
      }),
      { seed: 20261122, numRuns: 100 },
    )
  })

  test('has as many bytes as the database counts', async () => {
    const text = 'aé€\u{1F600}\u0301'
    const { rows } = await engine
      .database('public')
      .query('SELECT octet_length($1::text) AS bytes', [text])
    expect(rows).toEqual([{ bytes: textBytes(text) }])
  })
})

test.each([
  ['a NUL', 'a\0', 'NUL'],
  ['half a surrogate pair', '\ud83d', 'lone surrogate'],
  ['the pair the wrong way round', '\ude00\ud83d', 'lone surrogate'],
])('%s is why a text cannot be stored', (_, text, why) => {
  expect(whyNotStorable(text)).toContain(why)
})

test.each(['', 'plain', '\u{1F600}', '\u0001\u007f\ufeff\uffff'])('%j can be stored', (text) => {
  expect(whyNotStorable(text)).toBeUndefined()
})

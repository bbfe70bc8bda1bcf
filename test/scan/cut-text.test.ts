import { expect, test } from 'vitest'
import { cutText } from '../../src/scan/intake.js'

test('a text is cut between two characters and never in the middle of one', () => {
  const text = 'aé\u{1f30a}'
  const cuts = Array.from({ length: 9 }, (_, bytesMax) => cutText(text, bytesMax))
  expect(cuts).toEqual(['', 'a', 'a', 'aé', 'aé', 'aé', 'aé', text, text])
})

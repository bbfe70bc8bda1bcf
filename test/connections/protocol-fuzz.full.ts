import { test } from 'vitest'
import { fuzz } from './protocol-fuzz.js'

test.each([41, 42, 43])(
  'A server outlives very many clients that say anything, by seed %i',
  (seed) => fuzz(seed, 700),
)

import { test } from 'vitest'
import { fuzz } from './protocol-fuzz.js'

test('A server outlives clients that say anything, and answers others as it should', () =>
  fuzz(4, 40))

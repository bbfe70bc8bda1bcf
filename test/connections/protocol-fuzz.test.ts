import { it } from 'vitest'
import { fuzz } from './protocol-fuzz.js'

it('A server outlives clients that say anything, and answers others as it should', () =>
  fuzz(4, 40))

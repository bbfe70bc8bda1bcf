import fc from 'fast-check'
import { defineOperation } from '../operation.js'

/** Time passes, or stands still so that two operations happen at the same time. */
export const stepClock = defineOperation({
  name: 'step clock',
  weight: 2,
  fitsTransaction: false,
  choices: fc.record({
    micros: fc.constantFrom(0, 3_600_000_000, 86_400_000_000, 30 * 86_400_000_000),
  }),
  resolve: (_, { micros }) => ({
    says: `let ${micros} microseconds pass`,
    variant: micros === 0 ? 'zero' : 'forward',
    advances: micros,
    execute: async () => {},
    predict: () => undefined,
  }),
})

import fc from 'fast-check'
import { defineCommand } from '../move.js'

/** Time goes on, or stands still so that two operations happen at one moment. */
export const stepClock = defineCommand({
  name: 'step clock',
  weight: 2,
  fitsTransaction: false,
  choices: fc.record({
    micros: fc.constantFrom(0, 3_600_000_000, 86_400_000_000, 30 * 86_400_000_000),
  }),
  aim: (_, { micros }) => ({
    says: `let ${micros} microseconds pass`,
    variant: micros === 0 ? 'zero' : 'forward',
    advances: micros,
    act: async () => {},
    predict: () => undefined,
  }),
})

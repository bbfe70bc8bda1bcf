import { isReduced } from '../harness/rounds.ts'

/** How many migrations, and how often each thing is done. */
export const rounds = isReduced
  ? { migrations: 60, applies: 1, freshSteps: 2, boots: 1 }
  : { migrations: 525, applies: 5, freshSteps: 7, boots: 5 }

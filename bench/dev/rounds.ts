import { isReduced } from '../harness/rounds.ts'

/** How often each thing is done. */
export const rounds = isReduced ? { starts: 2, kills: 3 } : { starts: 11, kills: 50 }

import { isReduced } from '../harness/rounds.ts'

/** How often each thing is done, and on how much. */
export const rounds = isReduced
  ? {
      warmUps: 1,
      pushes: 3,
      refreshes: 3,
      sizes: [1000, 3000],
      operations: 20,
      bulks: [100, 1000],
      followers: 200,
      follows: 2,
      purgedMax: 300,
      readsBefore: 200,
      soakOperations: 1000,
    }
  : {
      warmUps: 5,
      pushes: 25,
      refreshes: 9,
      sizes: [1000, 10_000, 100_000, 1_000_000],
      operations: 200,
      bulks: [100, 1000, 10_000, 100_000],
      followers: 10_000,
      follows: 5,
      purgedMax: 100_000,
      readsBefore: 4000,
      soakOperations: 20_000,
    }

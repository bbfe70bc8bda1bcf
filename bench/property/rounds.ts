import { isReduced } from '../harness/rounds.ts'

/** How often each thing is done. */
export const rounds = isReduced
  ? { warmUps: 2, histories: 6, clones: 2, growthStart: 50, growthHistories: 300 }
  : { warmUps: 10, histories: 100, clones: 8, growthStart: 1000, growthHistories: 20_000 }

/** So many commands has each history whose time is taken. */
export const commandsEach = 30

/** The most commands of a history where only memory is looked at. */
export const commandsOfGrowthMax = 1

/** Every run has the same histories. */
export const seed = 1

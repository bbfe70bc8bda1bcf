import type { HistoriesOptions } from '../../../src/laws/index.js'

/** What is changed for a run of the histories. */
export type Planted = Pick<HistoriesOptions, 'operations' | 'migrations' | 'prepare'>

/** A defect that somebody could have made, which the laws have to find. */
export interface Mutant {
  /** What the code does with it, in words. */
  readonly name: string
  /** The numbers of the laws that it breaks; 0 is the model as a whole. */
  readonly laws: readonly number[]
  /** @throws Error when there is nothing left of the code that it changes. */
  plant(): Planted
}

import { DriftpinError } from '../errors.js'

/** The options that runs of histories and of races have in common. */
interface RunOptions {
  readonly runs?: number
  readonly seed?: number
  readonly path?: string
  readonly shrinksMax?: number
}

/** Refuses a combination of options. */
export type Refuse = (why: string) => never

/** @throws DriftpinError `invalid_input` for options that are invalid or contradict each other. */
export function checkRunOptions(options: RunOptions): Refuse {
  const { runs = 1, seed, path } = options
  const refuse: Refuse = (why) => {
    throw new DriftpinError('invalid_input', why, { options: Object.keys(options) })
  }
  if (!Number.isSafeInteger(runs) || runs < 1) refuse(`runs is ${runs}: give 1 or more.`)
  if (seed !== undefined && !Number.isSafeInteger(seed)) refuse(`seed is ${seed}: give an integer.`)
  if (path === undefined) return refuse
  if (seed === undefined) refuse('A path needs the seed that it belongs to: give both.')
  if (!/^\d+(:\d+)*$/.test(path)) refuse(`${path} is not the path of a report.`)
  return refuse
}

/** The parameters of fast-check for a run, or for the one failure that a path names. */
export function checkParameters({ seed, path, runs = 100, shrinksMax }: RunOptions) {
  return {
    seed,
    numRuns: path === undefined ? runs : 1,
    endOnFailure: path !== undefined || shrinksMax === 0,
    path,
  }
}

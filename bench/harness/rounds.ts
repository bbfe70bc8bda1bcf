/** How often each thing is done. */
export interface Rounds {
  readonly warmUps: number
  readonly rewinds: number
  readonly forks: number
  readonly clones: number
  readonly templates: number
  readonly truncates: number
  readonly boots: number
  /** Rewinds of the process that is watched for growth: in all, and before the first look. */
  readonly growthRewinds: number
  readonly growthStart: number
  readonly suiteFiles: number
  readonly slowFiles: number
  readonly slowTests: number
}

const full: Rounds = {
  warmUps: 50,
  rewinds: 500,
  forks: 10,
  clones: 5,
  templates: 30,
  truncates: 50,
  boots: 5,
  growthRewinds: 10_000,
  growthStart: 1000,
  suiteFiles: 40,
  slowFiles: 2,
  slowTests: 60,
}

const reduced: Rounds = {
  warmUps: 5,
  rewinds: 50,
  forks: 3,
  clones: 2,
  templates: 5,
  truncates: 10,
  boots: 2,
  growthRewinds: 600,
  growthStart: 200,
  suiteFiles: 4,
  slowFiles: 2,
  slowTests: 10,
}

/** A reduced run, to see that the bench works, takes a fraction of the time and proves nothing. */
export const isReduced = process.env.DRIFTPIN_BENCH_REDUCED === '1'

export const rounds: Rounds = isReduced ? reduced : full

export const testsPerFile = 25

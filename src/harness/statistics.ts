/**
 * What a harness did, for `DRIFTPIN_STATS=1` and for whoever wants to know.
 *
 * @example
 * ```ts
 * const count = ({ forks, rewindMs }: HarnessStatistics) => forks + rewindMs.length
 * await using harness = await openHarness()
 * console.log(count(harness.statistics))
 * ```
 */
export interface HarnessStatistics {
  /** Images that were made, since there was none in the cache. */
  imagesBuilt: number
  /** Images that came from the cache. */
  imagesReused: number
  /** Databases that were given out. */
  forks: number
  /** Milliseconds of each rewind, in the order in which they were. */
  readonly rewindMs: number[]
  /** How much rewinds have copied back, in bytes. */
  bytesCopied: number
  /** How often an instance could not be rewound and another took its place, by reason. */
  readonly replaced: Record<string, number>
  /** How often a database was started from its files for want of an image, by reason. */
  readonly fallbacks: Record<string, number>
}

export function createStatistics(): HarnessStatistics {
  return {
    imagesBuilt: 0,
    imagesReused: 0,
    forks: 0,
    rewindMs: [],
    bytesCopied: 0,
    replaced: {},
    fallbacks: {},
  }
}

/** Adds up what several harnesses, or the harnesses of several processes, did. */
export function addStatistics(all: readonly HarnessStatistics[]): HarnessStatistics {
  const sum = createStatistics()
  for (const one of all) {
    sum.imagesBuilt += one.imagesBuilt
    sum.imagesReused += one.imagesReused
    sum.forks += one.forks
    sum.bytesCopied += one.bytesCopied
    for (const ms of one.rewindMs) sum.rewindMs.push(ms)
    for (const name of ['replaced', 'fallbacks'] as const) {
      for (const [reason, times] of Object.entries(one[name])) {
        sum[name][reason] = (sum[name][reason] ?? 0) + times
      }
    }
  }
  return sum
}

/** The statistics as a table for a person. */
export function renderStatistics(statistics: HarnessStatistics): string {
  const { rewindMs, imagesBuilt, imagesReused, forks, bytesCopied } = statistics
  const sorted = rewindMs.toSorted((one, other) => one - other)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  const ms = (value: number | undefined) => (value === undefined ? '-' : `${value.toFixed(2)} ms`)
  const reasons = (counts: Record<string, number>) =>
    Object.entries(counts).map(([reason, times]) => [`  ${reason}`, String(times)] as const)
  const total = (counts: Record<string, number>) =>
    String(Object.values(counts).reduce((sum, times) => sum + times, 0))
  const rows: (readonly [string, string])[] = [
    ['images built', String(imagesBuilt)],
    ['images reused', String(imagesReused)],
    ['forks', String(forks)],
    ['rewinds', String(rewindMs.length)],
    ['  p50', ms(at(0.5))],
    ['  p95', ms(at(0.95))],
    ['  max', ms(sorted.at(-1))],
    ['bytes copied', `${(bytesCopied / 1e6).toFixed(1)} MB`],
    ['instances replaced', total(statistics.replaced)],
    ...reasons(statistics.replaced),
    ['fallbacks', total(statistics.fallbacks)],
    ...reasons(statistics.fallbacks),
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  return ['driftpin', ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join(
    '\n',
  )
}

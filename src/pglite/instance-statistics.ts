/** What was done with the instances that share a runtime. */
export interface InstanceStatistics {
  /** Databases that were started from an image. */
  forks: number
  /** Milliseconds of each rewind, in the order in which they were. */
  readonly rewindMs: number[]
  /** Bytes that rewinds copied back. */
  bytesCopied: number
  /** How often an instance could not be rewound and was replaced, by reason. */
  readonly replaced: Record<string, number>
  /** How often a database was started from the files of an image, by reason. */
  readonly fallbacks: Record<string, number>
}

/** Counts one more of a reason. */
export function count(reasons: Record<string, number>, reason: string): void {
  reasons[reason] = (reasons[reason] ?? 0) + 1
}

/** What a bench found. */
export interface Measured {
  readonly figures: Readonly<Record<string, number>>
  readonly ratios: Readonly<Record<string, number>>
  readonly versions: Readonly<Record<string, string>>
  /** Conditions, for a person. */
  readonly notes: readonly string[]
  /** Figures beside those of other ways, in Markdown; without it they are listed by name. */
  readonly table?: string
  /** Times over sizes, by what was done. */
  readonly growth?: Growth
  /** Times beside each other, and what they are times of. */
  readonly bars?: { readonly title: string; readonly bars: readonly Bar[] }
}

/** One time among others. */
export interface Bar {
  readonly name: string
  readonly ms: number
  /** Whether it is driftpin's way. */
  readonly isOurs?: boolean
}

/** A time over a size: of the whole database, or of what one operation does. */
export interface Point {
  readonly size: number
  readonly ms: number
}

export type Growth = Readonly<Record<string, readonly Point[]>>

/** The middle of some measurements. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1
    ? sorted[Math.floor(middle)]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** How long something takes, in milliseconds. */
export async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}

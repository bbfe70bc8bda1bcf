// The full run has many more runs of every property.
const times = process.env.DRIFTPIN_FULL ? 8 : 1

/** How a property is run: from one seed, so often, and more often in the full run. */
export function runs(numRuns: number): { readonly seed: number; readonly numRuns: number } {
  return { seed: 20261123, numRuns: numRuns * times }
}

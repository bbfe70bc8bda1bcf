/**
 * How the laws are held against the code in the ordinary run. A mutant has to be caught within the
 * same histories, or what the ordinary run finds nothing in would prove little.
 */
export const ordinaryRun = { seed: 20261123, runs: 80 } as const

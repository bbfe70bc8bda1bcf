import { createHash, randomBytes } from 'node:crypto'

/**
 * The names of all databases that a harness makes on a server. What is called otherwise is
 * somebody else's and never touched.
 */
export const databaseNames = {
  /** Made from this; the hash is of all that it depends on. */
  template: (hash: string) => `driftpin_template_${hash.slice(0, 32)}`,
  /** A database of one worker, which is dropped with it. */
  own: (worker: string, number: number) => `driftpin_test_${worker}_${number}`,
  /** That of a failed test. Another try of the same test in the same project has the same name. */
  kept: (project: string, test: string) => `${keptPrefix(project)}${hashOf(test).slice(0, 24)}`,
  isTemplate: (name: string) => /^driftpin_template_[0-9a-f]{32}$/.test(name),
  isKept: (name: string) => /^driftpin_kept_[0-9a-f]{8}_[0-9a-f]{24}$/.test(name),
  isKeptOf: (project: string, name: string) =>
    databaseNames.isKept(name) && name.startsWith(keptPrefix(project)),
  /** The worker whose database this is, if it is one's. */
  workerOf: (name: string) => /^driftpin_test_([0-9a-f]{16})_\d+$/.exec(name)?.[1],
} as const

/** A worker is called by the number of an advisory lock, which it holds for as long as it lives. */
export const newWorker = () => randomBytes(8).toString('hex')

/** The lock of a worker, as PostgreSQL takes it: a signed number of 64 bits, in decimal. */
export const lockOf = (worker: string) => BigInt.asIntN(64, BigInt(`0x${worker}`)).toString()

const keptPrefix = (project: string) => `driftpin_kept_${hashOf(project).slice(0, 8)}_`

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

import type { Law } from './law.js'
import { cascade, purgeBoundary } from './rules/deletion.js'
import { diff } from './rules/diff.js'
import { following, hashes } from './rules/following.js'
import { cleanEnd, linearizability } from './rules/interleaving.js'
import { isolation } from './rules/isolation.js'
import { copy, fidelity, readiness, stability, survival } from './rules/pins.js'
import { agreement, gate, succession } from './rules/pushes.js'
import { specification } from './rules/specification.js'
import { roundTrip, structure } from './rules/structure.js'
import { clock, drift } from './rules/times.js'
import { atomicity, idempotence } from './rules/writes.js'

/**
 * All laws, and the model as a whole. Of several laws that are broken, the first is reported, so
 * that those that say most precisely what is wrong come first.
 *
 * @example
 * ```ts
 * console.log(laws.map(({ number, name, says }) => `${number}. ${name}: ${says}`).join('\n'))
 * ```
 */
export const laws: readonly Law[] = [
  structure,
  roundTrip,
  atomicity,
  succession,
  gate,
  purgeBoundary,
  survival,
  cascade,
  clock,
  copy,
  readiness,
  fidelity,
  stability,
  following,
  drift,
  hashes,
  agreement,
  idempotence,
  isolation,
  diff,
  specification,
]

/** The laws that hold for every interleaving of concurrent operations. */
export const raceLaws: readonly Law[] = [
  stability,
  cascade,
  agreement,
  gate,
  drift,
  atomicity,
  hashes,
  cleanEnd,
  linearizability,
]

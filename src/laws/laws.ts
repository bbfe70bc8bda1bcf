import type { Law } from './law.js'
import { agreement } from './rules/agreement.js'
import { atomicity } from './rules/atomicity.js'
import { cascade } from './rules/cascade.js'
import { cleanEnd } from './rules/clean-end.js'
import { clock } from './rules/clock.js'
import { diff } from './rules/diff.js'
import { drift } from './rules/drift.js'
import { fidelity } from './rules/fidelity.js'
import { gate } from './rules/gate.js'
import { idempotence } from './rules/idempotence.js'
import { isolation } from './rules/isolation.js'
import { linearizability } from './rules/linearizability.js'
import { purgeBoundary } from './rules/purge-boundary.js'
import { readiness } from './rules/readiness.js'
import { roundTrip } from './rules/round-trip.js'
import { specification } from './rules/specification.js'
import { stability } from './rules/stability.js'
import { structure } from './rules/structure.js'
import { survival } from './rules/survival.js'

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
  gate,
  purgeBoundary,
  survival,
  cascade,
  clock,
  readiness,
  fidelity,
  stability,
  drift,
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
  cleanEnd,
  linearizability,
]

import type { Law } from './law.js'
import { agreement } from './rules/agreement.js'
import { atomicity } from './rules/atomicity.js'
import { cascade } from './rules/cascade.js'
import { clock } from './rules/clock.js'
import { diff } from './rules/diff.js'
import { drift } from './rules/drift.js'
import { fidelity } from './rules/fidelity.js'
import { gate } from './rules/gate.js'
import { idempotence } from './rules/idempotence.js'
import { isolation } from './rules/isolation.js'
import { purgeBoundary } from './rules/purge-boundary.js'
import { roundTrip } from './rules/round-trip.js'
import { specification } from './rules/specification.js'
import { stability } from './rules/stability.js'
import { structure } from './rules/structure.js'
import { survival } from './rules/survival.js'

/** The fifteen laws in their order, and last the model as a whole, which says least about why. */
export const laws: readonly Law[] = [
  stability,
  fidelity,
  survival,
  cascade,
  isolation,
  agreement,
  gate,
  drift,
  clock,
  diff,
  roundTrip,
  structure,
  idempotence,
  purgeBoundary,
  atomicity,
  specification,
]

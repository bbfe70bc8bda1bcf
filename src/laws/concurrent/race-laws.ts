import type { RaceLaw } from './race-law.js'
import { agreement } from './rules/agreement.js'
import { atomicity } from './rules/atomicity.js'
import { cascade } from './rules/cascade.js'
import { drift } from './rules/drift.js'
import { gate } from './rules/gate.js'
import { order } from './rules/order.js'
import { quiet } from './rules/quiet.js'
import { stability } from './rules/stability.js'

/** The laws that hold under any interleaving, and last the one that says least about why. */
export const raceLaws: readonly RaceLaw[] = [
  stability,
  cascade,
  agreement,
  gate,
  drift,
  atomicity,
  quiet,
  order,
]

import { atomicityMutants } from './atomicity-mutants.js'
import { chatMutants } from './chat-mutants.js'
import { columnMutants } from './column-mutants.js'
import { copyMutants } from './copy-mutants.js'
import { defaultMutants } from './default-mutants.js'
import { eventMutants } from './event-mutants.js'
import { followingMutants } from './following-mutants.js'
import { hostMutants } from './host-mutants.js'
import { keyMutants } from './key-mutants.js'
import { messageMutants } from './message-mutants.js'
import { migrationMutants } from './migration-mutants.js'
import type { Mutant } from './mutant.js'
import { partMutants } from './part-mutants.js'
import { pinMutants } from './pin-mutants.js'
import { promptMutants } from './prompt-mutants.js'
import { purgeMutants } from './purge-mutants.js'
import { pushMutants } from './push-mutants.js'
import { readingMutants } from './reading-mutants.js'
import { settlingMutants } from './settling-mutants.js'
import { shownMutants } from './shown-mutants.js'
import { structureMutants } from './structure-mutants.js'
import { triggerMutants } from './trigger-mutants.js'

/** Every planted defect. */
export const allMutants: readonly Mutant[] = [
  ...keyMutants,
  ...structureMutants,
  ...triggerMutants,
  ...migrationMutants,
  ...pushMutants,
  ...pinMutants,
  ...settlingMutants,
  ...followingMutants,
  ...partMutants,
  ...copyMutants,
  ...chatMutants,
  ...readingMutants,
  ...promptMutants,
  ...shownMutants,
  ...purgeMutants,
  ...atomicityMutants,
  ...messageMutants,
  ...eventMutants,
  ...defaultMutants,
  ...hostMutants,
  ...columnMutants,
]

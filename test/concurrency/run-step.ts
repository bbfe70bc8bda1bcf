import type { Operations } from '../../src/laws/own-operations.js'
import type { Random } from './create-random.js'
import type { Effects, Step } from './journal.js'
import type { SoakSite } from './open-soak-site.js'
import { outcomeOf } from './outcome-of.js'
import { SoakBroken } from './soak-broken.js'
import { forget, type Scene, type SoakWorld, type StepKind, timeOf } from './soak-world.js'
import { createTally, tallying } from './tallying.js'

interface StepSetting {
  readonly site: SoakSite
  readonly world: SoakWorld
  readonly operations: Operations
  readonly random: Random
  readonly number: number
  readonly clock: () => number
}

/** Chooses what a step does, does it, and writes down how it ended. */
export async function runStep(
  kind: StepKind,
  { site, world, operations, random, number, clock }: StepSetting,
): Promise<Step> {
  const tally = createTally()
  const scene: Scene = {
    ...{ world, random, operations, number },
    now: timeOf(number),
    table: site.table,
    counted: (queryable) => tallying(queryable, tally),
  }
  const { says, effects = {}, act } = kind.plan(scene)
  const step: Step = {
    ...{ number, name: kind.name, says, effects },
    begun: clock(),
    ended: Number.POSITIVE_INFINITY,
    outcome: 'unknown',
    error: '',
    tries: 0,
    retries: 0,
    deadlocks: 0,
  }
  try {
    step.effects = (await act(site.database)) ?? effects
    step.outcome = 'done'
  } catch (error) {
    if (error instanceof SoakBroken) throw error
    const { outcome, code } = outcomeOf(error)
    const { message } = error as Error
    if (!outcome) throw new SoakBroken(`step ${number}, ${says}, threw ${code}: ${message}`, [])
    step.outcome = outcome
    step.error = `${code} ${message}`
  }
  if (step.outcome !== 'unknown') step.ended = clock()
  Object.assign(step, { tries: tally.triesMax, retries: tally.retries, deadlocks: tally.deadlocks })
  forget(scene, goneAfter(step, step.effects))
  return step
}

/** What is not to be asked for again: chats that were deleted, or found to be gone. */
function goneAfter({ outcome, error, says }: Step, { removes = [], creates = [] }: Effects) {
  const isGone = error.startsWith('chat_not_found')
  const named = isGone ? [...says.matchAll(/chat ([0-9a-f-]{36})/g)].map(([, id]) => id!) : []
  const failed = outcome === 'refused' || outcome === 'failed' ? creates.map(({ id }) => id) : []
  return [...(removes === 'any chat' ? [] : removes), ...named, ...failed]
}

import { type Operations, ownOperations } from '../../src/laws/own-operations.js'
import { chatSteps } from './chat-steps.js'
import { contextSteps } from './context-steps.js'
import { createRandom } from './create-random.js'
import { faultsAtEnd } from './faults-at-end.js'
import { findLeftovers, leaksOf } from './find-leftovers.js'
import { hostSteps } from './host-steps.js'
import { type Step, sayStep } from './journal.js'
import { openSoakSite, type SoakSite } from './open-soak-site.js'
import { readDeadlocks } from './read-deadlocks.js'
import { readEnding } from './read-ending.js'
import { readingSteps } from './reading-steps.js'
import { runStep } from './run-step.js'
import { SoakBroken } from './soak-broken.js'
import { chatsCount, type SoakWorld, type StepKind } from './soak-world.js'
import { type Disturbance, startDisturbing } from './start-disturbing.js'
import { transactionSteps } from './transaction-steps.js'
import { startWatch } from './watch.js'

/** What a soak is run with. */
export interface SoakOptions {
  /** A server and a superuser of it. The schema that is made is removed when all went well. */
  readonly url: string
  /** The same server, where `url` leads there by a proxy. */
  readonly directUrl?: string
  readonly seed: number
  /** How many there are at once; 16 by default. */
  readonly connections?: number
  /** How many steps there are in all; each is one operation, or a transaction of several. */
  readonly operations: number
  /** Failures that come in between; none by default. */
  readonly disturbances?: readonly Disturbance[]
  /** Operations in place of driftpin's, for a defect that is to be found. */
  readonly replaced?: Partial<Operations>
}

/** What a soak counted. Nothing that must not be was seen, or it would have thrown. */
export interface SoakReport {
  readonly operations: number
  readonly done: number
  /** Refused for what was found, such as a chat that is gone. */
  readonly refused: number
  /** Failed by a lock or statement timeout, or by being cancelled, and left nothing. */
  readonly failed: number
  /** Whose answer got lost. */
  readonly unknown: number
  /** Deadlocks that came out of an operation, or of a statement of the host. */
  readonly escapedDeadlocks: number
  /** All that operations met, those that were tried again included. */
  readonly deadlocks: number
  /** What the server itself counted meanwhile. */
  readonly serverDeadlocks: number
  /** Transactions that were begun again. */
  readonly retries: number
  /** How often an observer looked at everything. */
  readonly looks: number
  readonly disturbances: Readonly<Record<string, number>>
  /** How often each kind of step was done, of how many. */
  readonly steps: Readonly<Record<string, { readonly done: number; readonly of: number }>>
}

const kinds: readonly StepKind[] = [
  ...chatSteps,
  ...contextSteps,
  ...hostSteps,
  ...transactionSteps,
  ...readingSteps,
]

const workspacesCount = 4

/** An operation is tried once, and at most five times again. */
const triesMax = 6

/**
 * Runs random operations on many connections at once, the same for the same seed but for the order
 * in which they fall, while somebody watches that nothing half done is to be seen, and then holds
 * what is there against what was acknowledged.
 *
 * @throws SoakBroken with the seed, what is wrong, and the steps that it concerns.
 */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const { url, directUrl = url, seed, connections = 16, operations } = options
  const name = `soak ${seed} ${Math.random().toString(36).slice(2, 8)}`
  await using site = await openSoakSite({ url, directUrl, name, connections })
  try {
    const report = await soak(site, { ...options, directUrl, connections })
    await site.drop()
    return report
  } catch (error) {
    const [what, lines] =
      error instanceof SoakBroken ? [error.message, []] : [`${(error as Error).stack}`, []]
    const where = `seed ${seed}, ${operations} operations, kept in schema "${name}"`
    throw new SoakBroken(`A soak failed (${where}): ${what}`, lines)
  }
}

async function soak(
  site: SoakSite,
  options: SoakOptions & { readonly directUrl: string; readonly connections: number },
): Promise<SoakReport> {
  const { directUrl, seed, connections, operations: count, disturbances = [] } = options
  const random = createRandom(seed)
  const world: SoakWorld = {
    ownerId: random.uuid(),
    workspaces: Array.from({ length: workspacesCount }, () => ({ id: random.uuid(), agents: [] })),
    chats: Array.from({ length: chatsCount }, () => null),
    catalog: site.reader.catalog,
  }
  const operations = { ...ownOperations, ...options.replaced }
  const journal: Step[] = []
  let ticks = 0
  const clock = () => ticks++
  const faults: string[] = []
  const before = await readDeadlocks(directUrl)
  const onFault = (...seen: readonly string[]) => faults.push(...seen)
  const disturbing = startDisturbing(disturbances, { site, seed, onFault })
  await using watch = startWatch({
    ...{ url: directUrl, schema: site.name, reader: site.reader, clock, onFault },
  })
  const worker = async (lane: number) => {
    const own = createRandom(seed * 1009 + lane)
    for (let number = lane; number < count && faults.length === 0; number += connections) {
      const kind = number < workspacesCount ? firstKind : own.pick(lots)
      const setting = { site, world, operations, random: own, number, clock }
      const step = await runStep(kind, setting)
      journal.push(step)
      await disturbing.afterStep(step.outcome === 'unknown')
    }
  }
  try {
    await Promise.all(Array.from({ length: connections }, (_, lane) => worker(lane)))
  } catch (error) {
    onFault(String((error as Error).stack))
  }
  const disturbed = await disturbing.stop()
  onFault(...(await site.withClient((client) => findLeftovers(client, site.name))))
  const observation = await watch.stop()
  const ending = await site.withClient((client) => readEnding(client, site.table))
  onFault(...stepFaults(journal, disturbances.length > 0))
  onFault(...faultsAtEnd({ ...ending, journal, observation, pushesSeen: watch.pushes }))
  onFault(...leaksOf(site.pool))
  if (faults.length > 0) throw new SoakBroken(`${faults.length} faults`, faults)
  // A session that has ended has told the server all that it counted.
  await site.end()
  const after = await readDeadlocks(directUrl)
  return reportOf(journal, {
    looks: watch.looks,
    disturbances: disturbed,
    // A crash resets what the server counts.
    serverDeadlocks: Math.max(0, after - before),
  })
}

const firstKind = hostSteps.find(({ name }) => name === 'rebuild')!
/** Each kind as often as it weighs. */
const lots = kinds.flatMap((kind) => Array.from({ length: kind.weight }, () => kind))

/** What single steps must not do, whatever else goes on. */
function stepFaults(journal: readonly Step[], isDisturbed: boolean): string[] {
  return journal.flatMap((step) => [
    ...(step.tries > triesMax ? [`tried ${step.tries} times: ${sayStep(step)}`] : []),
    ...(step.outcome === 'unknown' && !isDisturbed ? [`lost an answer: ${sayStep(step)}`] : []),
  ])
}

function reportOf(
  journal: readonly Step[],
  counted: Pick<SoakReport, 'looks' | 'disturbances' | 'serverDeadlocks'>,
): SoakReport {
  const of = (outcome: string) => journal.filter((step) => step.outcome === outcome).length
  const steps: Record<string, { done: number; of: number }> = {}
  for (const { name, outcome } of journal) {
    const { done, of } = steps[name] ?? { done: 0, of: 0 }
    steps[name] = { done: done + (outcome === 'done' ? 1 : 0), of: of + 1 }
  }
  return {
    operations: journal.length,
    done: of('done'),
    refused: of('refused'),
    failed: of('failed'),
    unknown: of('unknown'),
    escapedDeadlocks: journal.filter(({ error }) => error.startsWith('40P01')).length,
    deadlocks: journal.reduce((sum, { deadlocks }) => sum + deadlocks, 0),
    retries: journal.reduce((sum, { retries }) => sum + retries, 0),
    steps,
    ...counted,
  }
}

import fc from 'fast-check'
import type { Migration } from '../migrations/index.js'
import { archive, openingArchive } from './commands/archive.js'
import { createChat, openingChat } from './commands/create-chat.js'
import { createWorkspace } from './commands/create-workspace.js'
import { commands } from './commands/index.js'
import { driftingPush, openingPush, otherPush, push } from './commands/push.js'
import { rebuild } from './commands/rebuild.js'
import type { Coverage } from './coverage.js'
import { allDifferingRows } from './differing-rows.js'
import type { Ground } from './ground.js'
import type { HistoryCommand } from './history.js'
import type { Ending } from './law.js'
import { LawBroken } from './law-broken.js'
import { laws } from './laws.js'
import type { Operations } from './operations.js'
import { isolation } from './rules/isolation.js'
import { specification } from './rules/specification.js'
import { runStep } from './run-step.js'
import { runTransaction } from './run-transaction.js'
import { unheardEvents } from './unheard-events.js'
import { createInstall, type Site, startTime, type World } from './world.js'

/** How much was done over all histories. */
export interface Counts {
  /** Commands that were done, those of transactions included. */
  commands: number
  /** Times that a law was held against a step or an ending. */
  laws: number
}

/** What every history of a run has in common. */
export interface HistorySetting {
  readonly ground: Ground
  readonly operations: Operations
  readonly migrations: readonly Migration[]
  readonly coverage: Coverage
  readonly counts: Counts
}

/** The beginning of every history; {@link openingWords} says it in words. */
const opening = [
  { command: createWorkspace, choice: { owner: 0 } },
  { command: push, choice: openingPush },
  { command: createChat, choice: openingChat },
  { command: createChat, choice: openingChat },
  { command: archive, choice: openingArchive },
  { command: push, choice: driftingPush },
  { command: rebuild, choice: { workspace: 0 } },
  { command: push, choice: otherPush },
]

/** What the steps of the beginning come to. */
export const openingWords =
  'chat 1 at agent 1, which has pushed another /AGENTS.md beside the same /agents.md since, chat 2 ' +
  'there too and archived, ' +
  'and agent 2 of a later build, which has pushed one of its own'

/** How many steps an installation begins with. */
export const openingSteps = opening.length

/** A world in which nothing has happened yet. */
export function createWorld(setting: HistorySetting): World {
  const [first, second] = setting.ground.installs
  return {
    ...setting,
    installs: [createInstall(first), createInstall(second)],
    clock: setting.ground.clock,
    now: startTime,
    said: [],
    names: new Map(),
  }
}

/**
 * A world as it is at the beginning of every history, in a database that is in that state.
 *
 * @param tell Called with what the beginning is made in, before it is made, where it has to be.
 * @throws LawBroken where a law does not even hold in the beginning.
 */
export async function openWorld(
  setting: HistorySetting,
  tell: (fresh: World) => void = () => {},
): Promise<World> {
  const { ground } = setting
  await ground.reset()
  // What a history that broke a law has said, nobody is to hear in the next.
  for (const { ear } of ground.installs) await ear.take()
  ground.clock?.set(Date.parse(startTime))
  const known = beginnings.get(setting)
  // After a crash the ground stands on another engine, and has to be prepared again.
  if (known?.installs[0].database === ground.installs[0].database) return copyWorld(known)
  const fresh = createWorld(setting)
  tell(fresh)
  // The beginning is no part of what a history exercises.
  const uncounted = { coverage: new Map(), counts: { commands: 0, laws: 0 } }
  for (const install of fresh.installs) {
    for (const { command, choice } of opening) {
      await runStep({ ...fresh, ...uncounted }, install, command, choice)
    }
  }
  if (!ground.beginHere) return fresh
  for (const install of fresh.installs) await warmUp({ ...fresh, ...uncounted }, install)
  await ground.beginHere()
  beginnings.set(setting, fresh)
  return copyWorld(fresh)
}

/**
 * Does every command once in a transaction that is rolled back. What PostgreSQL remembers of tables
 * and functions is then in the memory that every history begins with, instead of being looked up
 * again in each.
 */
async function warmUp(world: World, site: Site): Promise<void> {
  const chosen = commands
    .filter(({ fitsTransaction }) => fitsTransaction)
    .flatMap((command) => {
      const [choice] = fc.sample(command.choices, { seed: 1, numRuns: 1 })
      return [{ command, choice }]
    })
  const beginning = { ...world, said: [], names: new Map(world.names) }
  await runTransaction(beginning, site, chosen, false).catch((error: unknown) => {
    // The histories will find it too, and tell of it in a history that can be read.
    if (!(error instanceof LawBroken)) throw error
  })
  // A transaction that is rolled back has locked rows all the same, which law 13 can see.
  site.rows = await site.reader.read(site.queryable)
}

/** Worlds whose ground comes back to their beginning by itself. */
const beginnings = new WeakMap<HistorySetting, World>()

function copyWorld(world: World): World {
  const [first, second] = world.installs
  return {
    ...world,
    // A model is replaced at every step, and never changed.
    installs: [{ ...first }, { ...second }],
    said: [...world.said],
    names: new Map(world.names),
  }
}

/**
 * Runs one history from the beginning and then holds the laws that look at the end of it.
 *
 * @param world Made by {@link openWorld}; what it says afterwards is what happened.
 * @throws LawBroken for the first law that does not hold.
 */
export async function runHistory(world: World, commands: Iterable<HistoryCommand>): Promise<void> {
  const { counts } = world
  await fc.asyncModelRun(() => ({ model: world, real: world }), commands)
  for (const install of world.installs) {
    const { queryable, reader, model } = install
    const rows = await reader.read(queryable)
    const findings = allDifferingRows('nobody touched it', install.rows, rows)
    if (findings.length > 0) throw new LawBroken(isolation, findings)
    const misheard = unheardEvents({ expected: [], actual: await install.ear.take() })
    if (misheard.length > 0) throw new LawBroken(specification, misheard)
    const ending: Ending = { queryable, operations: world.operations, model, rows, reader }
    for (const law of laws) {
      if (!law.atEnd) continue
      counts.laws += 1
      const broken = await law.atEnd(ending)
      if (broken.length > 0) throw new LawBroken(law, broken)
    }
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type fc from 'fast-check'
import { messageOf } from '../../errors.js'
import type { Attempt } from '../check.js'
import { raceChatIds } from '../choices.js'
import { countDone, coverageOf, type HistorySetting, startTime } from '../history-run.js'
import {
  type Finding,
  type Law,
  LawBroken,
  type Observation,
  type Race,
  type RaceEnding,
  type RaceStep,
} from '../law.js'
import { raceLaws } from '../laws.js'
import { createModel } from '../model/model.js'
import { later, type Time } from '../model/time.js'
import { fillChatMove } from '../operations/host-rows.js'
import { outcomeOf } from '../outcome.js'
import { type ChosenMove, opening, withRaceNames } from './race.js'
import type { RaceEnvironment, Reader } from './race-environment.js'
import { interleave, type RaceSession } from './session.js'

/** Observing without a pause would slow down the sessions too much. */
const pauseMs = 5

/** Checks the laws against everything that readers see, and keeps the first that is broken. */
function createObserver(
  race: Race,
  { observe, onCheck }: { observe(by: Reader): Promise<Observation>; onCheck(): void },
) {
  const last = new Map<Reader, Observation>()
  const observer = {
    /** What the reader saw that reads after every commit. */
    observations: [] as Observation[],
    broken: undefined as LawBroken | undefined,
    async see(by: Reader) {
      const observation = await observe(by)
      const before = last.get(by)
      last.set(by, observation)
      if (by === 'turns') observer.observations.push(observation)
      observer.check((law) => [
        ...(law.inObservation?.(observation, race) ?? []),
        ...((before && law.between?.(before, observation, race)) ?? []),
      ])
    },
    check(find: (law: Law) => readonly Finding[]) {
      for (const law of raceLaws) {
        // Further findings may be consequences of the first.
        if (observer.broken) return
        const findings = find(law)
        onCheck()
        if (findings.length > 0) observer.broken = new LawBroken(law, findings)
      }
    },
  }
  return observer
}

/** The parameters and the counters of all races of a run. */
export interface RaceSetting extends HistorySetting {
  readonly environment: RaceEnvironment
}

/** What happened in one race. */
export interface RaceResult extends Attempt {
  /** The moves of each session, one line per move. */
  readonly history: readonly string[]
  /** The turns in their order. */
  readonly order: readonly string[]
}

/** The law that a race broke. */
export const lawOf = ({ error }: RaceResult) => (error instanceof LawBroken ? error.law : undefined)

const secondMicros = 1_000_000
const timeOf = (second: number): Time => later(startTime, second * secondMicros)
/** The second at which races begin, after the opening: a purge can tell them apart. */
const racesFrom = 60

/** Runs sessions at once, in the order that a scheduler chooses, and checks the laws. */
export async function runRace(
  setting: RaceSetting,
  chosen: readonly (readonly ChosenMove[])[],
  scheduler: fc.Scheduler,
): Promise<RaceResult> {
  const { environment, counts } = setting
  let ticks = 0
  const planned = plan(chosen)
  const { beginning, done } = await begin(setting, planned)
  const [{ database, reader }] = environment.installations
  const steps = [...done, ...planned]
  const sessions = environment.createSessions(chosen.length)
  const observer = createObserver(
    { steps, reader },
    {
      observe: (by) => environment.observe(by, () => ticks),
      onCheck() {
        counts.laws += 1
      },
    },
  )
  await observer.see('turns')
  let isOver = false
  const free = (async () => {
    for (; !isOver; await sleep(pauseMs)) await observer.see('free')
  })()
  // It is awaited when the sessions are over.
  free.catch(() => {})
  const running = sessions.map((session) => {
    const own = planned.filter((step) => step.session === session.number)
    return runSession(setting, session, { steps: own, tick: () => ++ticks })
  })
  let order: string[]
  try {
    order = await interleave({
      ...{ sessions, scheduler, blocked: environment.blocked },
      afterCommit: () => observer.see('turns'),
    })
  } finally {
    // After an error, sessions would wait for turns for ever and hold locks.
    for (const session of sessions) session.release()
    await Promise.all(running)
    isOver = true
    await free
  }
  const ending: RaceEnding = {
    ...{ steps, reader, beginning, observations: observer.observations },
    rows: await reader.read(database),
    leftovers: await environment.leftovers(),
  }
  observer.check((law) => law.afterRace?.(ending) ?? [])
  counts.commands += planned.length
  for (const { operation, outcome } of planned) {
    coverageOf(setting.coverage, operation).chosen += 1
    countDone(setting.coverage, operation, { result: outcome?.refusal && 'refused' })
  }
  return { history: planned.map(textOf), order, error: observer.broken }
}

/** Makes the opening, and the model of the state after it. */
async function begin({ environment, operations }: RaceSetting, planned: readonly RaceStep[]) {
  await environment.reset()
  const beginning = createModel()
  const [{ database, reader }] = environment.installations
  const { catalog } = reader
  const done: RaceStep[] = []
  // If chats may be deleted, one has rows in all tables that have to go with it.
  const deletesChats = planned.some(({ move }) => move.deletesChats)
  const moves = deletesChats ? [...opening, fillChatMove(raceChatIds[0]!)] : opening
  for (const [index, move] of moves.entries()) {
    const at = timeOf(index)
    const now = { now: at }
    const answer = await move.execute({ queryable: database, database, operations, catalog, now })
    move.predict(beginning, at, answer)
    const id = `opening ${index}`
    const times = { at, begun: -1, ended: -1 }
    done.push({ session: 0, id, operation: 'opening', move, ...times, outcome: { answer } })
  }
  return { beginning, done }
}

function plan(chosen: readonly (readonly ChosenMove[])[]): RaceStep[] {
  return chosen.flatMap((moves, index) =>
    moves.map(({ operation, move }, place): RaceStep => {
      const id = `${index + 1}.${place + 1}`
      const at = timeOf(racesFrom + place * chosen.length + index)
      const times = { at, begun: Infinity, ended: Infinity }
      return { session: index + 1, id, operation, move: move.asStep?.(id) ?? move, ...times }
    }),
  )
}

async function runSession(
  { environment, operations }: RaceSetting,
  session: RaceSession,
  { steps, tick }: { readonly steps: readonly RaceStep[]; readonly tick: () => number },
): Promise<void> {
  const { catalog } = environment.installations[0].reader
  for (const step of steps) {
    session.onTurn = () => {
      step.begun = Math.min(step.begun, tick())
    }
    const { database } = session
    const context = { queryable: database, database, operations, catalog, now: { now: step.at } }
    step.outcome = await outcomeOf(
      () => step.move.execute(context),
      (bug) => ({ refusal: { code: 'no code', message: messageOf(bug) } }),
    )
    step.ended = tick()
    step.begun = Math.min(step.begun, step.ended)
  }
  session.end()
}

const textOf = ({ session, id, move, outcome }: RaceStep) => {
  const refusal = outcome?.refusal ? `: ${outcome.refusal.code}` : ''
  return `session ${session}  ${id}  ${withRaceNames(move.says)}${refusal}`
}

import type fc from 'fast-check'
import { quoteIdentifier } from '../../database/index.js'
import { messageOf } from '../../errors.js'
import { type Coverage, coverageOf } from '../coverage.js'
import { createModel, type Time } from '../model/model.js'
import { later } from '../model/time.js'
import type { Scene } from '../move.js'
import type { Operations } from '../operations.js'
import { outcomeOf } from '../outcome-of.js'
import { startTime } from '../world.js'
import { inTurns } from './in-turns.js'
import type { Lane } from './lane.js'
import type { LaneChoice } from './lane-move.js'
import type { RaceGround } from './open-race-ground.js'
import { fillFirstChat, opening } from './opening.js'
import type { LaneStep } from './race-law.js'
import { type BrokenRaceLaw, Watch } from './watch.js'

/** What every race of a run has in common. */
export interface RaceSetting {
  readonly ground: RaceGround
  readonly operations: Operations
  readonly coverage: Coverage
  readonly counts: { operations: number; turns: number; sights: number; laws: number }
}

/** What happened in one race. */
export interface Race {
  /** What each lane did, a line a move. */
  readonly lanes: readonly string[]
  /** The turns in their order. */
  readonly order: readonly string[]
  /** The first law that was broken, if one was. */
  readonly broken: BrokenRaceLaw | undefined
}

const secondMicros = 1_000_000
const timeOf = (second: number): Time => later(startTime, second * secondMicros)
/** The opening is over by then, which a purge can tell from what lanes archive. */
const racesFrom = 60

/** Runs lanes at once, in the order that a scheduler chooses, and holds the laws against it all. */
export async function runRace(
  setting: RaceSetting,
  choices: readonly (readonly LaneChoice[])[],
  scheduler: fc.Scheduler,
): Promise<Race> {
  const { ground, counts } = setting
  let ticks = 0
  const planned = plan(choices)
  const isDeadly = planned.some(({ move }) => move.deletesChats)
  const { beginning, done } = await begin(setting, isDeadly)
  const log = [...done, ...planned]
  const lanes = ground.createLanes(choices.length)
  const watch = new Watch(log, () => {
    counts.laws += 1
  })
  watch.see('turns', await ground.look('turns', () => ticks))
  const free = watch.freely(() => ground.look('free', () => ticks))
  const running = lanes.map((lane) => {
    const steps = planned.filter((step) => step.lane === lane.number)
    return runLane(setting, lane, { steps, tick: () => ++ticks })
  })
  let order: string[]
  try {
    order = await inTurns({
      lanes,
      scheduler,
      blocked: ground.blocked,
      async afterCommit() {
        watch.see('turns', await ground.look('turns', () => ticks))
      },
    })
  } finally {
    // Where that failed, lanes would wait for turns for ever, with locks in their hands.
    for (const lane of lanes) lane.letGo()
    await Promise.all(running)
    await free.stop()
  }
  const [{ database, reader }] = ground.installs
  watch.end({
    ...{ log, beginning, sights: watch.sights },
    rows: await reader.read(database),
    leftovers: await ground.leftovers(),
  })
  counts.operations += planned.length
  counts.turns += order.length
  counts.sights += watch.count
  for (const step of planned) count(setting.coverage, step)
  return { lanes: planned.map(sayStep), order, broken: watch.broken }
}

/** Makes what every race begins with, and the state that this is by the model. */
async function begin({ ground, operations }: RaceSetting, isDeadly: boolean) {
  await ground.reset()
  const beginning = createModel()
  const [{ database }] = ground.installs
  const done: LaneStep[] = []
  const moves = isDeadly ? [...opening, fillFirstChat] : opening
  for (const [index, move] of moves.entries()) {
    const at = timeOf(index)
    const answer = await move.act(sceneOf(ground, operations, database, at))
    move.predict(beginning, at, answer)
    const id = move.push?.id ?? `opening ${index}`
    done.push({ lane: 0, id, move, at, begun: -1, ended: -1, outcome: { answer } })
  }
  return { beginning, done }
}

function plan(choices: readonly (readonly LaneChoice[])[]): LaneStep[] {
  const lanes = choices.map((lane, index) =>
    lane.map((choose, place): LaneStep => {
      const id = `${index + 1}.${place + 1}`
      const at = timeOf(racesFrom + place * choices.length + index)
      const move = choose(id)
      return { lane: index + 1, id, move, at, begun: Infinity, ended: Infinity }
    }),
  )
  return lanes.flat()
}

async function runLane(
  { ground, operations }: RaceSetting,
  lane: Lane,
  { steps, tick }: { readonly steps: readonly LaneStep[]; readonly tick: () => number },
): Promise<void> {
  for (const step of steps) {
    lane.onTurn = () => {
      step.begun = Math.min(step.begun, tick())
    }
    step.outcome = await outcomeOf(
      () => step.move.act(sceneOf(ground, operations, lane.database, step.at)),
      (bug) => ({ refusal: { code: 'no code', message: messageOf(bug) } }),
    )
    step.ended = tick()
    step.begun = Math.min(step.begun, step.ended)
  }
  lane.over()
}

function sceneOf(
  { installs }: RaceGround,
  operations: Operations,
  database: Lane['database'],
  now: Time,
): Scene {
  const schema = quoteIdentifier(database.schema)
  return {
    queryable: database,
    ...{ database, operations, now: { now } },
    catalog: installs[0].reader.catalog,
    table: (name) => `${schema}.${quoteIdentifier(name)}`,
  }
}

function count(coverage: Coverage, { move, outcome }: LaneStep): void {
  const counted = coverageOf(coverage, move.command)
  counted.chosen += 1
  counted.done += 1
  if (outcome?.refusal) counted.refused += 1
}

const sayStep = ({ lane, id, move, outcome }: LaneStep) =>
  `lane ${lane}  ${id}  ${move.says}${outcome?.refusal ? `: ${outcome.refusal.code}` : ''}`

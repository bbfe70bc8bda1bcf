import { setTimeout as sleep } from 'node:timers/promises'
import type fc from 'fast-check'
import type { Lane } from './lane.js'

const pauseMs = 3

/** What lanes need to be told whose turn it is. */
export interface Turns {
  readonly lanes: readonly Lane[]
  readonly scheduler: fc.Scheduler
  /** Those of the processes that wait for a lock that another one holds. */
  blocked(pids: readonly number[]): Promise<ReadonlySet<number>>
  /** Called when nothing moves and something may be there to be seen. */
  afterCommit(): Promise<void>
}

/**
 * Lets lanes take turns, in the order that a scheduler chooses, until all are over.
 *
 * The next turn is given only when every lane waits for its turn, is over, or stands still at the
 * server before a lock. A scheduler that chose while statements are under way would choose from
 * whatever had arrived by then, and no order could be replayed. A statement itself is never
 * handed to it, since one that waits for a lock would be waited for by the one who holds it.
 *
 * @returns The turns in their order, such as `lane 2  commit`.
 */
export async function inTurns(turns: Turns): Promise<string[]> {
  const { lanes, scheduler } = turns
  const order: string[] = []
  let seen = 0
  for (;;) {
    const held = await untilStill(turns)
    for (const lane of lanes) if (held.has(lane.pid)) note(order, lane)
    const commits = sum(lanes, (lane) => lane.commits)
    if (commits > seen) await turns.afterCommit()
    seen = commits
    if (lanes.every((lane) => lane.isOver)) return order
    offer(turns, order)
    // Where nobody is left to choose, all wait for each other, and the server breaks that up.
    if (scheduler.count() > 0) await scheduler.waitOne()
    else await nextChange(lanes)
  }
}

const sum = (lanes: readonly Lane[], count: (lane: Lane) => number) =>
  lanes.reduce((total, lane) => total + count(lane), 0)

const progressOf = (lanes: readonly Lane[]) => sum(lanes, (lane) => lane.progress)

/** New offers in the order of the lanes, whichever came first. */
function offer({ lanes, scheduler }: Turns, order: string[]): void {
  for (const lane of lanes) {
    for (const { says, go } of lane.takeOffers()) {
      const label = `lane ${lane.number}  ${says}`
      // In the same task as the choice, so that the lane moves before anybody looks at it.
      void scheduler.schedule(Promise.resolve(), label, undefined, async (choose) => {
        order.push(label)
        go()
        await choose()
      })
    }
  }
}

function note(order: string[], lane: Lane): void {
  const own = order.findLastIndex((line) => line.startsWith(`lane ${lane.number}  `))
  const line = order[own]
  if (line && !line.endsWith('(waits)')) order[own] = `${line}  (waits)`
}

async function nextChange(lanes: readonly Lane[]): Promise<void> {
  const moving = lanes.filter((lane) => lane.isMoving)
  await Promise.race([sleep(pauseMs), ...moving.map((lane) => lane.change())])
}

/** Resolves when no lane moves but those that wait for a lock, which it answers. */
async function untilStill({ lanes, blocked }: Turns): Promise<ReadonlySet<number>> {
  for (;;) {
    if (!lanes.some((lane) => lane.isMoving)) return new Set()
    await nextChange(lanes)
    const moving = lanes.filter((lane) => lane.isMoving)
    if (moving.length === 0) return new Set()
    const before = progressOf(lanes)
    const held = await blocked(moving.map(({ pid }) => pid))
    // Whoever moved while the server was asked may have let another one go.
    if (before === progressOf(lanes) && moving.every(({ pid }) => held.has(pid))) return held
  }
}

import { setTimeout as sleep } from 'node:timers/promises'
import type fc from 'fast-check'
import type { RaceSession } from './session.js'

const pauseMs = 3

interface Interleaving {
  readonly sessions: readonly RaceSession[]
  readonly scheduler: fc.Scheduler
  /** Which of the server processes wait for a lock that another process holds. */
  blocked(pids: readonly number[]): Promise<ReadonlySet<number>>
  /** Called when no session moves and something was committed. */
  afterCommit(): Promise<void>
}

/**
 * Gives turns to sessions, in the order that a scheduler chooses, until all are over.
 *
 * A turn is given only when every session waits for its turn, is over, or waits for a lock on the
 * server. If the scheduler chose while statements run, it would choose from the sessions that
 * happen to be ready, and no order could be replayed. The scheduler never waits for a statement
 * itself: the statement may wait for a lock of a session that waits for its turn.
 *
 * @returns The turns in their order, such as `session 2  commit`.
 */
export async function interleave(interleaving: Interleaving): Promise<string[]> {
  const { sessions, scheduler } = interleaving
  const order: string[] = []
  let seen = 0
  for (;;) {
    const held = await untilStill(interleaving)
    for (const session of sessions) if (held.has(session.pid)) markWaiting(order, session)
    const commits = sum(sessions, (session) => session.commits)
    if (commits > seen) await interleaving.afterCommit()
    seen = commits
    if (sessions.every((session) => session.isOver)) return order
    schedule(interleaving, order)
    // If nothing can be chosen, all wait for each other, and the server ends the deadlock.
    if (scheduler.count() > 0) await scheduler.waitOne()
    else await nextChange(sessions)
  }
}

const sum = (sessions: readonly RaceSession[], count: (session: RaceSession) => number) =>
  sessions.reduce((total, session) => total + count(session), 0)

const progressOf = (sessions: readonly RaceSession[]) => sum(sessions, ({ progress }) => progress)

/** Schedules new offers in the order of the sessions. */
function schedule({ sessions, scheduler }: Interleaving, order: string[]): void {
  for (const session of sessions) {
    for (const { says, grant } of session.takeOffers()) {
      const label = `session ${session.number}  ${says}`
      // In the task of the choice, so that the session moves before its state is read.
      void scheduler.schedule(Promise.resolve(), label, undefined, async (choose) => {
        order.push(label)
        grant()
        await choose()
      })
    }
  }
}

function markWaiting(order: string[], session: RaceSession): void {
  const own = order.findLastIndex((line) => line.startsWith(`session ${session.number}  `))
  const line = order[own]
  if (line && !line.endsWith('(waits)')) order[own] = `${line}  (waits)`
}

async function nextChange(sessions: readonly RaceSession[]): Promise<void> {
  const moving = sessions.filter((session) => session.isMoving)
  await Promise.race([sleep(pauseMs), ...moving.map((session) => session.change())])
}

/** Resolves when no session moves except those that wait for a lock, whose processes it returns. */
async function untilStill({ sessions, blocked }: Interleaving): Promise<ReadonlySet<number>> {
  for (;;) {
    if (!sessions.some((session) => session.isMoving)) return new Set()
    await nextChange(sessions)
    const moving = sessions.filter((session) => session.isMoving)
    if (moving.length === 0) return new Set()
    const before = progressOf(sessions)
    const held = await blocked(moving.map(({ pid }) => pid))
    // A session that moved while the server was asked may have released a lock.
    if (before === progressOf(sessions) && moving.every(({ pid }) => held.has(pid))) return held
  }
}

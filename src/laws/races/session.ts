import { setTimeout as sleep } from 'node:timers/promises'
import type fc from 'fast-check'
import {
  type Database,
  type Queryable,
  quoteIdentifier,
  type Session,
  type Transaction,
} from '../../database/index.js'

/** What a session would do next. */
export interface PendingStatement {
  readonly says: string
  /** Lets the session do it. */
  grant(): void
}

/** One of several histories that run at once, each on a connection of its own. */
export class RaceSession {
  /** 1, 2 and so on. */
  readonly number: number
  /** The server process of the connection. */
  readonly pid: number
  /** The database of the session, which waits for a turn before each statement. */
  readonly database: Database
  isOver = false
  /** The number of commits, and of statements outside of transactions. */
  commits = 0
  /** Changes whenever the session gets further. */
  progress = 0
  /** Called at every turn. */
  onTurn: () => void = () => {}
  /** Statements that are not granted yet; true for those that were taken. */
  readonly #pending = new Map<PendingStatement, boolean>()
  #waiters: (() => void)[] = []
  #running = 0
  #isReleased = false

  constructor(number: number, pid: number, database: Database) {
    this.number = number
    this.pid = pid
    this.database = this.#wrap(database) as Database
  }

  /** Whether the session executes a statement, or the code between two statements. */
  get isMoving(): boolean {
    return !this.isOver && (this.#pending.size === 0 || this.#running > 0)
  }

  /** The statements that began to wait since the last call. */
  takePending(): readonly PendingStatement[] {
    const fresh = [...this.#pending].flatMap(([statement, isTaken]) => (isTaken ? [] : [statement]))
    for (const statement of fresh) this.#pending.set(statement, true)
    return fresh
  }

  /** Resolves when `progress` changes. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve)
    })
  }

  /** Lets the session go on without turns. */
  release(): void {
    this.#isReleased = true
    for (const statement of this.#pending.keys()) statement.grant()
  }

  end(): void {
    this.isOver = true
    this.#advance()
  }

  #advance(): void {
    this.progress += 1
    for (const resolve of this.#waiters.splice(0)) resolve()
  }

  #turn(says: string): Promise<void> {
    return new Promise((resolve) => {
      const statement: PendingStatement = {
        says,
        grant: () => {
          this.#pending.delete(statement)
          this.#running += 1
          this.onTurn()
          resolve()
        },
      }
      this.#pending.set(statement, false)
      if (this.#isReleased) statement.grant()
      this.#advance()
    })
  }

  async #run<T>(inner: Queryable, text: string, work: () => Promise<T>): Promise<T> {
    await this.#turn(nameOf(text, inner.schema))
    try {
      return await work()
    } finally {
      this.#running -= 1
      if (inner.kind !== 'transaction') this.commits += 1
      this.#advance()
    }
  }

  #wrap(inner: Queryable): Queryable {
    const database = inner as Database
    return {
      ...(inner.kind === 'database' && {
        capabilities: database.capabilities,
        listen: database.listen,
        withSession: <T>(work: (session: Session) => Promise<T>) =>
          database.withSession((session) => work(this.#wrap(session) as Session)),
      }),
      kind: inner.kind,
      schema: inner.schema,
      notify: inner.notify ?? false,
      query: <Row>(text: string, values?: readonly unknown[]) =>
        this.#run(inner, text, () => inner.query<Row>(text, values)),
      script: (text: string) => this.#run(inner, text, () => inner.script(text)),
      transaction: (work, options) => this.#transaction(inner, work, options),
    }
  }

  /** BEGIN and COMMIT wait for turns too; a rollback immediately follows the failure. */
  async #transaction<T>(
    inner: Queryable,
    work: (transaction: Transaction) => Promise<T>,
    options: Parameters<Queryable['transaction']>[1],
  ): Promise<T> {
    const isNested = inner.kind === 'transaction'
    await this.#turn(isNested ? 'savepoint' : 'begin')
    let isRunning = true
    const pause = () => {
      if (isRunning) this.#running -= 1
      isRunning = false
      this.#advance()
    }
    try {
      return await inner.transaction(async (transaction) => {
        pause()
        const result = await work(this.#wrap(transaction) as Transaction)
        await this.#turn(isNested ? 'release savepoint' : 'commit')
        isRunning = true
        return result
      }, options)
    } finally {
      if (!isNested) this.commits += 1
      pause()
    }
  }
}

/** The name of an operation's statement, from its first line; the beginning of any other text. */
function nameOf(text: string, schema: string): string {
  const named = /^\s*-- driftpin: (.*)/.exec(text)?.[1]
  if (named) return named
  const bare = text.trim().replaceAll(`${quoteIdentifier(schema)}.`, '')
  return bare.split('\n')[0]!.slice(0, 60)
}

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

/** Schedules new statements in the order of the sessions. */
function schedule({ sessions, scheduler }: Interleaving, order: string[]): void {
  for (const session of sessions) {
    for (const { says, grant } of session.takePending()) {
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

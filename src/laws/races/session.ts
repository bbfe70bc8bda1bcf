import {
  type Database,
  type Queryable,
  quoteIdentifier,
  type Session,
  type Transaction,
} from '../../database/index.js'

/** What a session would do next. */
export interface Offer {
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
  /** Offers that are not granted yet; true for those that were taken. */
  readonly #offers = new Map<Offer, boolean>()
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
    return !this.isOver && (this.#offers.size === 0 || this.#running > 0)
  }

  /** The offers that were made since the last call. */
  takeOffers(): readonly Offer[] {
    const fresh = [...this.#offers].flatMap(([offer, isTaken]) => (isTaken ? [] : [offer]))
    for (const offer of fresh) this.#offers.set(offer, true)
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
    for (const offer of this.#offers.keys()) offer.grant()
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
      const offer: Offer = {
        says,
        grant: () => {
          this.#offers.delete(offer)
          this.#running += 1
          this.onTurn()
          resolve()
        },
      }
      this.#offers.set(offer, false)
      if (this.#isReleased) offer.grant()
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

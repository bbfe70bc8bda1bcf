import {
  type Database,
  type Queryable,
  quoteIdentifier,
  type Session,
  type Transaction,
} from '../../database/index.js'

/** What a lane would do next. */
export interface Offer {
  readonly says: string
  /** Lets it do that. */
  go(): void
}

/** One of several histories that run at once, each on a connection of its own. */
export class Lane {
  /** 1, 2 and so on. */
  readonly number: number
  /** The process of the server that works for this lane. */
  readonly pid: number
  /** Takes a turn before every statement. */
  readonly database: Database
  isOver = false
  /** How often something was done that others may see: grows with every commit. */
  commits = 0
  /** Called at every turn. */
  onTurn: () => void = () => {}
  readonly #waiting: Offer[] = []
  #listeners: (() => void)[] = []
  #running = 0
  #isFree = false
  #offered = 0
  #steps = 0

  constructor(number: number, pid: number, database: Database) {
    this.number = number
    this.pid = pid
    this.database = this.#wrapped(database) as Database
  }

  /** Something is under way: a statement, or what comes between two of them. */
  get isMoving(): boolean {
    return !this.isOver && (this.#waiting.length === 0 || this.#running > 0)
  }

  /** What has not been taken yet. */
  takeOffers(): readonly Offer[] {
    const fresh = this.#waiting.slice(this.#offered)
    this.#offered = this.#waiting.length
    return fresh
  }

  /** How far this lane has got: a number that grows. */
  get progress(): number {
    return this.#steps
  }

  /** Resolves when this lane has got further than it is now. */
  change(): Promise<void> {
    return new Promise((resolve) => {
      this.#listeners.push(resolve)
    })
  }

  /** Takes no turns any more. */
  letGo(): void {
    this.#isFree = true
    for (const offer of [...this.#waiting]) offer.go()
  }

  over(): void {
    this.isOver = true
    this.#tell()
  }

  #tell(): void {
    this.#steps += 1
    const listeners = this.#listeners
    this.#listeners = []
    for (const listener of listeners) listener()
  }

  async #turn(says: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const offer: Offer = {
        says,
        go: () => {
          this.#waiting.splice(this.#waiting.indexOf(offer), 1)
          this.#offered -= 1
          this.#running += 1
          this.onTurn()
          resolve()
        },
      }
      this.#waiting.push(offer)
      if (this.#isFree) offer.go()
      this.#tell()
    })
  }

  async #run<T>(inner: Queryable, text: string, work: () => Promise<T>): Promise<T> {
    await this.#turn(nameOf(text, inner.schema))
    try {
      return await work()
    } finally {
      this.#running -= 1
      if (inner.kind !== 'transaction') this.commits += 1
      this.#tell()
    }
  }

  #wrapped(inner: Queryable): Queryable {
    const database = inner as Database
    return {
      ...(inner.kind === 'database' && {
        capabilities: database.capabilities,
        listen: database.listen,
        withSession: <T>(work: (session: Session) => Promise<T>) =>
          database.withSession((session) => work(this.#wrapped(session) as Session)),
      }),
      kind: inner.kind,
      schema: inner.schema,
      query: <Row>(text: string, values?: readonly unknown[]) =>
        this.#run(inner, text, () => inner.query<Row>(text, values)),
      script: (text: string) => this.#run(inner, text, () => inner.script(text)),
      transaction: (work, options) => this.#transaction(inner, work, options),
    }
  }

  /** BEGIN and COMMIT have turns of their own; a rollback follows what failed. */
  async #transaction<T>(
    inner: Queryable,
    work: (transaction: Transaction) => Promise<T>,
    options: Parameters<Queryable['transaction']>[1],
  ): Promise<T> {
    const isNested = inner.kind === 'transaction'
    await this.#turn(isNested ? 'savepoint' : 'begin')
    let isBusy = true
    const rest = () => {
      if (isBusy) this.#running -= 1
      isBusy = false
      this.#tell()
    }
    try {
      return await inner.transaction(async (transaction) => {
        rest()
        const result = await work(this.#wrapped(transaction) as Transaction)
        await this.#turn(isNested ? 'release savepoint' : 'commit')
        isBusy = true
        return result
      }, options)
    } finally {
      if (!isNested) this.commits += 1
      rest()
    }
  }
}

/** What the first line of an operation's statement calls it; the beginning of any other. */
function nameOf(text: string, schema: string): string {
  const named = /^\s*-- driftpin: (.*)/.exec(text)?.[1]
  if (named) return named
  const bare = text.trim().replaceAll(`${quoteIdentifier(schema)}.`, '')
  return bare.split('\n')[0]!.slice(0, 60)
}

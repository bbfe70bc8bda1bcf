import { DriftpinError } from '../errors.js'
import { transactionFailed } from './commit.js'
import type { QueryResult, Transaction } from './database.js'
import type { Statements } from './driver.js'
import { Queue } from './queue.js'
import { refuseCopyFromStdin } from './refuse-copy-from-stdin.js'
import { factsOf, savepointOf } from './statement-facts.js'
import { encodeValue } from './values.js'

interface Place {
  readonly statements: Statements
  readonly setting: { readonly schema: string; readonly notify: boolean }
  readonly queue: Queue
  /** 0 for the transaction itself, 1 for a savepoint in it, and so on. */
  readonly depth?: number
}

/** A transaction, or a savepoint in one; both have the same interface. */
export class OpenTransaction implements Transaction {
  readonly kind = 'transaction'
  readonly schema: string
  readonly notify: boolean
  readonly #statements: Statements
  readonly #queue: Queue
  readonly #depth: number
  #closed = false
  /** The first statement's error, whether or not `work` caught it. */
  #failure: unknown
  /** The savepoints that `work` has set itself, to which it may roll back. */
  readonly #savepoints = new Set<string>()

  constructor({ statements, setting, queue, depth = 0 }: Place) {
    this.#statements = statements
    this.schema = setting.schema
    this.notify = setting.notify
    this.#queue = queue
    this.#depth = depth
  }

  /** Runs `work` in a transaction that the caller began and will end. */
  static async run<T>(place: Place, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const transaction = new OpenTransaction(place)
    try {
      const result = await work(transaction)
      await transaction.#finish()
      return result
    } catch (error) {
      await transaction.#close()
      throw error
    }
  }

  query<Row>(text: string, values: readonly unknown[] = []): Promise<QueryResult<Row>> {
    return this.#do(async () => {
      this.#refuseText(text)
      const result = await this.#statements.query(text, values.map(encodeValue))
      return result as QueryResult<Row>
    })
  }

  script(text: string): Promise<void> {
    return this.#do(async () => {
      this.#refuseText(text)
      await this.#statements.script(text)
    })
  }

  transaction<T>(
    work: (transaction: Transaction) => Promise<T>,
    { isolation }: { isolation?: string } = {},
  ): Promise<T> {
    if (isolation) {
      return Promise.reject(
        new DriftpinError(
          'invalid_input',
          'This is a savepoint inside a transaction, and only the beginning of a transaction can ' +
            'set its isolation level. Omit the option.',
          { isolation },
        ),
      )
    }
    return this.#queue.hold(async () => {
      this.#checkOpen()
      return await this.#savepoint(work)
    })
  }

  async #savepoint<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const depth = this.#depth + 1
    const name = `driftpin_${depth}`
    await this.#statements.script(`SAVEPOINT ${name}`)
    let result: T
    try {
      const place = { statements: this.#statements, setting: this, queue: new Queue(), depth }
      result = await OpenTransaction.run(place, work)
    } catch (error) {
      const undo = `ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`
      // If even this fails, the connection is lost and the transaction with it.
      await this.#statements.script(undo).catch(() => {
        this.#failure ??= error
      })
      throw error
    }
    await this.#statements.script(`RELEASE SAVEPOINT ${name}`).catch((error) => {
      this.#failure ??= error
      throw error
    })
    return result
  }

  #do<T>(work: () => Promise<T>): Promise<T> {
    return this.#queue.hold(async () => {
      this.#checkOpen()
      try {
        return await work()
      } catch (error) {
        // An error before sending or while reading the answer aborts no transaction.
        if (!(error instanceof DriftpinError)) this.#failure ??= error
        throw error
      }
    })
  }

  #checkOpen(): void {
    if (!this.#closed) return
    throw new DriftpinError(
      'transaction_closed',
      'This transaction has ended. Use it only inside its callback, and await every call.',
      { depth: this.#depth },
    )
  }

  /**
   * COMMIT belongs to the code that began the transaction; the statements after it would run
   * outside any transaction. It is refused before it is sent, because a commit cannot be undone. So
   * is a rollback to a savepoint that may belong to other code.
   */
  #refuseText(text: string): void {
    refuseCopyFromStdin(text)
    const ending = factsOf(text).statements.find((statement) => {
      const { transaction } = statement.facts
      if (transaction === 'savepoint') this.#savepoints.add(savepointOf(statement))
      if (transaction === 'rewind') return !this.#savepoints.has(savepointOf(statement))
      return transaction === 'end'
    })
    if (!ending) return
    const error = new DriftpinError(
      'transaction_failed',
      `${ending.text} was not run, because it would end or rewind the transaction around it. ` +
        'Return from the callback to commit, throw to roll back, or nest transaction().',
      { statement: ending.text },
    )
    this.#failure ??= error
    throw error
  }

  /** Waits for statements that were not awaited, and then accepts no more. */
  async #close(): Promise<void> {
    await this.#queue.hold(async () => {
      this.#closed = true
    })
  }

  async #finish(): Promise<void> {
    await this.#close()
    if (this.#failure === undefined) return
    throw transactionFailed(this.#failure)
  }
}

import type { PGlite } from '@electric-sql/pglite'
import { runMessages } from '../pglite-internals.js'
import { type Answer, readAnswer } from './answer.js'
import { failingBatch } from './batch.js'
import { errorResponse, queryMessage, serverMessage, syncMessage } from './protocol-messages.js'
import { engineCrashed, isLeft, type WireError } from './wire-error.js'

/** The last message of an answer: type, length and status. */
const readyForQueryBytes = 6

/** A row of SQL of our own: texts, which PGlite reads from the protocol. */
export type OwnRow = readonly (string | null)[]

/** How an answer is read. */
interface AnswerOptions {
  /** Of a longer answer, only its end is kept. */
  readonly bytesMax?: number
  readonly hiddenParses?: number
}

/**
 * Runs messages of the protocol and SQL on a PGlite, past its own mutex for transactions. The
 * caller has the turn.
 */
export class EngineCalls {
  readonly pglite: PGlite
  /** Changes when all prepared statements are lost, as by DISCARD ALL of one client. */
  generation = 0
  /** The owner of the only statement without a name. */
  unnamedOf: object | undefined
  /** Settles with the cause when the engine has crashed. */
  readonly crashed: Promise<unknown>
  #resolveCrashed: (cause: unknown) => void = () => {}
  #isBroken = false

  constructor(pglite: PGlite) {
    this.pglite = pglite
    this.crashed = new Promise((resolve) => {
      this.#resolveCrashed = resolve
    })
  }

  get isBroken(): boolean {
    return this.#isBroken
  }

  /** Whether any session or caller has a transaction open. */
  get isInTransaction(): boolean {
    try {
      return !this.pglite.closed && this.pglite.isInTransaction()
    } catch {
      // A crashed engine answers nothing.
      return false
    }
  }

  /** Records that the engine crashed and cannot be used any more. */
  breakDown(cause: unknown): WireError {
    this.#isBroken = true
    this.#resolveCrashed(cause)
    return engineCrashed()
  }

  /** Runs messages of the protocol. An error of PostgreSQL is part of the answer. */
  async execute(
    messages: readonly Buffer[],
    { bytesMax = Number.POSITIVE_INFINITY, hiddenParses = 0 }: AnswerOptions = {},
  ): Promise<Answer> {
    const bytes = messages.length === 1 ? messages[0]! : Buffer.concat(messages)
    const chunks: Buffer[] = []
    let length = 0
    const onRawData = (chunk: Uint8Array) => {
      length += chunk.length
      // The last message may be divided between the last two.
      if (length > bytesMax) chunks.splice(0, chunks.length - 1)
      // It is a view of the engine's memory.
      chunks.push(Buffer.from(chunk))
    }
    try {
      await runMessages(this.pglite, bytes, onRawData)
      if (length <= bytesMax) return readAnswer(chunks, hiddenParses)
      const end = Buffer.concat(chunks).subarray(-readyForQueryBytes)
      const hasEnd = end[0] === serverMessage.readyForQuery
      return readAnswer([answerTooLong(bytesMax), ...(hasEnd ? [end] : [])], hiddenParses)
    } catch (error) {
      throw this.breakDown(error)
    }
  }

  /**
   * Runs SQL of our own.
   *
   * @throws The error of PostgreSQL, with its SQLSTATE.
   */
  async query(sql: string): Promise<OwnRow[]> {
    // It ends the statement without a name.
    this.unnamedOf = undefined
    // The error that PGlite throws by itself would leave out what came before it.
    const { messages } = await this.pglite.execProtocol(queryMessage(sql), { throwOnError: false })
    const rows: OwnRow[] = []
    for (const message of messages) {
      if (message.name === 'error') throw message
      if (message.name === 'dataRow') rows.push((message as unknown as { fields: OwnRow }).fields)
    }
    return rows
  }

  /** Rolls back an open transaction at once, before the next user of the engine. */
  rollBackNow(): void {
    if (this.#isBroken || !this.isInTransaction) return
    const rollBack = [...failingBatch([syncMessage], isLeft), queryMessage('ROLLBACK')]
    this.pglite.execProtocolRawSync(Buffer.concat(rollBack))
  }
}

const answerTooLong = (bytesMax: number) =>
  errorResponse('ERROR', {
    code: '54000',
    message: `the answer has more than ${bytesMax} bytes`,
    hint: 'The statement was executed nevertheless. Fetch fewer rows at a time, as with a cursor.',
  })

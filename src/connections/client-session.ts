import { splitStatements } from '../database/split-statements.js'
import { CopyIn, mayCopyIn } from './copy-in.js'
import { engineIsTaken } from './direct-session.js'
import { clientMessage } from './message-reader.js'
import { type Answer, type Notification, scanAnswer } from './scan-answer.js'
import {
  copyFail,
  errorResponse,
  parameterStatus,
  queryMessage,
  readyForQuery,
  serverMessage,
  syncMessage,
  type TransactionStatus,
} from './server-messages.js'
import type { SessionState } from './session-state.js'
import type { EngineSession, Reported, SharedEngine } from './shared-engine.js'
import type { StartPacket } from './start-packet.js'
import { startSession } from './start-session.js'
import { StatementNames, type TranslatedBatch } from './statement-names.js'
import { WireError } from './wire-error.js'

/** What a client of a session has to do with it. */
interface Client {
  /** Is told what arrives while nothing of its own runs. */
  readonly hear: (bytes: Buffer) => void
  readonly terminate: (error: WireError) => void
}

/** The longest timer there is: about 24 days. */
const forever = 2 ** 31 - 1

const touchesLocks = (sql: string) => /advisory/i.test(sql)

/** The session of one client on a shared engine: batches of messages in, answers out. */
export class ClientSession implements EngineSession {
  readonly pid: number
  state: SessionState = { settings: new Map(), prepared: new Map() }
  mayHaveChanged = false
  removals: readonly string[] = []
  readonly customNames = new Set<string>()
  readonly channels = new Set<string>()
  readonly listenCommands: EngineSession['listenCommands'] = []
  lastStatement: string | undefined
  readonly #engine: SharedEngine
  readonly #client: Client
  readonly #names: StatementNames
  readonly #copyBytesMax: number
  #copy: CopyIn | undefined
  #status: TransactionStatus = 'I'
  /** Whether a batch ended without Sync, so that the engine is in the middle of it. */
  #isMidBatch = false
  #isRunning = false
  #isToldLater = false
  #heard: Buffer[] = []
  #reported: Reported = new Map()

  constructor(engine: SharedEngine, client: Client, copyBytesMax: number) {
    this.#engine = engine
    this.#client = client
    this.#copyBytesMax = copyBytesMax
    this.pid = engine.nextPid()
    this.#names = new StatementNames(`driftpin_${this.pid}_`, engine.statements)
  }

  get label(): string {
    const name = this.state.settings.get('application_name')
    return name ? `session ${this.pid} (${name})` : `session ${this.pid}`
  }

  /** What it is doing, in the words of `pg_stat_activity`. */
  get activity(): string {
    if (this.#isRunning) return this.#engine.turns.owner === this ? 'active' : 'waiting'
    return { I: 'idle', T: 'idle in transaction', E: 'idle in transaction (aborted)' }[this.#status]
  }

  /** The COPY whose data is waited for. */
  get copy(): CopyIn | undefined {
    return this.#copy
  }

  get #keeps(): boolean {
    return this.#status !== 'I' || this.#isMidBatch
  }

  hear({ bytes }: Notification): void {
    const own = Buffer.from(bytes)
    // What arrives while a batch runs belongs before its end.
    if (this.#isRunning) this.#heard.push(own)
    else this.#client.hear(own)
  }

  terminate(error: WireError): void {
    this.#client.terminate(error)
  }

  /** Ends its waiting for a turn. What runs already cannot be ended. */
  cancel(): void {
    const fields = { code: '57014', message: 'canceling statement due to user request' }
    this.#engine.turns.cancel(this, new WireError('ERROR', fields))
  }

  /** @returns What the client is told of its session. */
  async start(packet: Extract<StartPacket, { kind: 'start' }>): Promise<Reported> {
    this.#engine.sessions.add(this)
    const taking = this.#take(this.#engine.waitMsMax)
    if (taking) await taking
    try {
      if (!this.#engine.sessions.has(this)) throw gone()
      this.#reported = await startSession(this.#engine, this, packet)
      return this.#reported
    } finally {
      this.#engine.turns.release(this, false)
    }
  }

  /**
   * Runs a batch when it is this session's turn.
   *
   * @returns What the client is answered.
   * @throws WireError ERROR where nothing of it ran, and FATAL where nothing can run any more.
   */
  async run(batch: readonly Buffer[]): Promise<Buffer[]> {
    this.#isRunning = true
    try {
      for (;;) {
        const answer = await this.#inTurn(async () =>
          this.#mustWait(batch) ? undefined : this.#runNow(batch),
        )
        if (answer) return answer
        if (this.#keeps) return await this.#inTurn(() => this.#failTransaction(batch))
        await this.#engine.untilNoLocksOfOthers(this)
      }
    } finally {
      this.#isRunning = false
      for (const bytes of this.#heard.splice(0)) this.#client.hear(bytes)
    }
  }

  #take(waitMsMax: number): Promise<void> | undefined {
    return this.#engine.turns.take(this, waitMsMax, engineIsTaken)
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const taking = this.#take(this.#engine.waitMsMax)
    if (taking) await taking
    try {
      const entering = this.#engine.enter(this)
      if (entering) await entering
      // What was asked of a database that has been put back since is not run on it.
      if (!this.#engine.sessions.has(this)) throw gone()
      return await work()
    } finally {
      this.#engine.turns.release(this, this.#keeps)
    }
  }

  /** Whether it is about advisory locks, and another session has some. */
  #mustWait(batch: readonly Buffer[]): boolean {
    if (!this.#engine.holdsLocksAgainst(this)) return false
    return this.#names.translate(batch).sql.some(touchesLocks)
  }

  /** Whoever has a transaction open would wait for ever for one who waits for its end. */
  async #failTransaction(batch: readonly Buffer[]): Promise<Buffer[]> {
    const why = 'another session of this PGlite holds advisory locks'
    const raise = `DO $$ BEGIN RAISE EXCEPTION '${why}' USING ERRCODE = '55P03'; END $$`
    const isSynced = batch.at(-1)![0] !== clientMessage.flush
    const messages = this.#isMidBatch ? [syncMessage, queryMessage(raise)] : [queryMessage(raise)]
    const answer = scanAnswer(await this.#engine.execute(messages))
    this.#status = answer.status ?? this.#status
    return isSynced ? [...answer.bytes, readyForQuery(this.#status)] : [...answer.bytes]
  }

  async #runNow(given: readonly Buffer[]): Promise<Buffer[]> {
    const batch = given.map((one) => this.#ownDeallocate(one))
    const translated = this.#names.translate(batch)
    const { sql, messages, hiddenParses } = translated
    this.lastStatement = sql.at(-1) ?? this.lastStatement
    const isTold = this.#engine.note(this, sql)
    if (sql.some(mayCopyIn)) return this.#beginCopy(batch, isTold)
    const chunks = await this.#engine.execute(messages)
    return this.#settle(batch, translated, scanAnswer(chunks, hiddenParses), isTold)
  }

  /** The SQL command takes the name that the client knows. */
  #ownDeallocate(bytes: Buffer): Buffer {
    if (bytes[0] !== clientMessage.query || bytes.length > 200) return bytes
    const found = this.#names.deallocate(bytes.toString('utf8', 5, bytes.length - 1))
    return found === undefined ? bytes : queryMessage(found)
  }

  async #settle(
    batch: readonly Buffer[],
    { settle }: TranslatedBatch,
    answer: Answer,
    isTold: boolean,
  ): Promise<Buffer[]> {
    settle(answer.parsed, answer.closed)
    const isFlushed = batch.at(-1)![0] === clientMessage.flush
    // After an error all is left out up to the next Sync, and so can a simple query be.
    const isLeftOut = answer.hasError && batch.length > 1
    if (!isFlushed && answer.readies === 0 && !isLeftOut) {
      throw this.#engine.breakDown({ lastStatement: this.lastStatement })
    }
    if (answer.tags.some((tag) => tag === 'DISCARD ALL' || tag === 'DEALLOCATE ALL')) {
      this.#names.clear()
      this.#engine.statements.generation++
    }
    this.#status = answer.status ?? this.#status
    this.#isMidBatch = answer.readies === 0
    const isOver = !this.#keeps
    if (isOver && (answer.hasError || answer.tags.includes('ROLLBACK'))) {
      this.listenCommands.length = 0
    }
    this.#isToldLater ||= isTold
    const told = isOver && this.#isToldLater ? await this.#tellChanges() : []
    this.#engine.tell(answer.notifications, this)
    const bytes = answer.hasError ? this.#inOwnNames(answer.bytes) : answer.bytes
    const ready = answer.readies > 0 ? [readyForQuery(this.#status)] : []
    return [...bytes, ...told, ...this.#heard.splice(0), ...ready]
  }

  /** What a server would tell of settings that changed, and what only this one has to tell. */
  async #tellChanges(): Promise<Buffer[]> {
    this.#isToldLater = false
    const hadRemovals = this.removals.length
    const before = this.#reported
    this.#reported = await this.#engine.read(this)
    const told = [...this.#reported]
      .filter(([name, value]) => before.get(name) !== value)
      .map(([name, value]) => parameterStatus(name, value))
    if (this.removals.length > hadRemovals) {
      const message = 'temporary tables and cursors WITH HOLD are seen by all sessions of a PGlite'
      told.push(errorResponse('WARNING', { code: '01000', message }))
    }
    return told
  }

  /** An error may name a statement, which the client knows by another name. */
  #inOwnNames(bytes: readonly Buffer[]): readonly Buffer[] {
    const whole = Buffer.concat(bytes)
    if (!whole.includes(this.#names.prefix)) return bytes
    const parts: Buffer[] = []
    for (let at = 0; at < whole.length; ) {
      const end = at + 1 + whole.readInt32BE(at + 1)
      parts.push(
        whole[at] === serverMessage.error
          ? this.#names.inOwnNames(whole.subarray(at, end))
          : whole.subarray(at, end),
      )
      at = end
    }
    return parts
  }

  /**
   * Asks the engine what it says to a COPY without data, which it takes back. The client sends its
   * data then, and when all of it is there the COPY runs.
   */
  async #beginCopy(batch: readonly Buffer[], isTold: boolean): Promise<Buffer[]> {
    const isSimple = batch.at(-1)![0] === clientMessage.query
    if (isSimple && splitStatements(this.lastStatement!).length > 1) {
      throw new WireError('ERROR', {
        code: '0A000',
        message: 'COPY FROM STDIN and other statements in one query are not offered by a PGlite',
        hint: 'Send the COPY by itself.',
      })
    }
    const savepoint = this.#status === 'T'
    if (savepoint) await this.#engine.execute([queryMessage('SAVEPOINT driftpin_copy')])
    const translated = this.#names.translate(batch)
    const { messages, hiddenParses } = translated
    const asked = isSimple
      ? [...messages, copyFail]
      : [...messages.slice(0, -1), copyFail, syncMessage]
    const chunks = await this.#engine.execute(asked)
    const answer = scanAnswer(chunks, hiddenParses)
    if (!answer.copiesIn) {
      if (savepoint && answer.status === 'T') {
        await this.#engine.execute([queryMessage('RELEASE SAVEPOINT driftpin_copy')])
      }
      return this.#settle(
        [...batch.slice(0, -1), isSimple ? batch.at(-1)! : syncMessage],
        translated,
        answer,
        isTold,
      )
    }
    translated.settle(answer.parsed, answer.closed)
    if (savepoint) {
      const back = 'ROLLBACK TO SAVEPOINT driftpin_copy; RELEASE SAVEPOINT driftpin_copy'
      await this.#engine.execute([queryMessage(back)])
    }
    // What is prepared stays prepared.
    const again: number[] = [clientMessage.query, clientMessage.bind, clientMessage.execute]
    this.#copy = new CopyIn(
      batch.filter((one) => again.includes(one[0]!)),
      this.#copyBytesMax,
    )
    const whole = Buffer.concat(answer.bytes)
    return [whole.subarray(0, endOfCopyInResponse(whole))]
  }

  /** Runs a COPY whose data is there. */
  async runCopy(copy: CopyIn): Promise<Buffer[]> {
    this.#copy = undefined
    this.#isRunning = true
    try {
      return await this.#inTurn(async () => {
        const translated = this.#names.translate(copy.command)
        const messages = [...translated.messages, ...copy.messages]
        const whole = Buffer.concat(await this.#engine.execute(messages))
        // Of the beginning the client was told before.
        const rest = whole.subarray(endOfCopyInResponse(whole))
        const { parsed } = scanAnswer([whole])
        const answer = { ...scanAnswer([rest]), parsed }
        return this.#settle(copy.messages, translated, answer, false)
      })
    } finally {
      this.#isRunning = false
    }
  }

  /** Gives up what the session has: an open transaction is rolled back. */
  async leave(): Promise<void> {
    const { turns, sessions } = this.#engine
    turns.cancel(this, gone())
    if (!sessions.has(this) || this.#engine.isBroken) return
    const taking = this.#take(forever)
    if (taking) await taking
    try {
      // Another may have ended it while it waited.
      if (!sessions.has(this)) return
      if (this.#isMidBatch) await this.#engine.execute([syncMessage])
      const closing = this.#names.closeAll()
      const isInTransaction = this.#keeps
      await this.#engine.cleanUp(this, isInTransaction)
      if (closing.length > 0) await this.#engine.execute([...closing, syncMessage])
    } finally {
      this.#status = 'I'
      turns.release(this, false)
    }
  }
}

const gone = () => new WireError('FATAL', { code: '08006', message: 'the session is gone' })

/** Where what follows the request for data begins, or the error that came instead of it. */
function endOfCopyInResponse(whole: Buffer): number {
  for (let at = 0; at < whole.length; ) {
    const end = at + 1 + whole.readInt32BE(at + 1)
    if (whole[at] === serverMessage.copyInResponse) return end
    if (whole[at] === serverMessage.error || whole[at] === serverMessage.readyForQuery) return at
    at = end
  }
  return 0
}

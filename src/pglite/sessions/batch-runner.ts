import { factsOf, type StatementFacts } from '../../database/index.js'
import {
  type Batch,
  CopyIn,
  callsFunction,
  endOfCopyInResponse,
  endsBatch,
  failingBatch,
  guarded,
  isFlushed,
  isOneCopy,
  onlyPrepares,
  runningPart,
  withoutCopyInResponse,
  withSync,
} from './batch.js'
import { type Answer, scanAnswer } from './engine-calls.js'
import type { EngineSession } from './engine-session.js'
import { StatementNames, type TranslatedBatch } from './prepared-statements.js'
import {
  clientMessage,
  copyFailed,
  errorResponse,
  messagesOf,
  queryMessage,
  readyForQuery,
  serverMessage,
  syncMessage,
  type TransactionStatus,
} from './protocol-messages.js'
import { changesToTell, type Reported } from './session-state.js'
import type { SharedEngine } from './shared-engine.js'
import {
  isLeft,
  locksAreHeld,
  noDatabases,
  noPrograms,
  WireError,
  type WireErrorFields,
} from './wire-error.js'

/** Longer than a line of anybody's; what a session ran last is kept as long as it lasts. */
const statementLengthMax = 1000

const release = 'RELEASE driftpin_copy'

const setsSavepoint = (sql: string) =>
  factsOf(sql).statements.some(({ facts }) => facts.transaction === 'savepoint')

/** Runs the batches of one session, which has the turn whenever something runs here. */
export class BatchRunner {
  /** The settings that the client was told of. */
  reported: Reported = new Map()
  readonly #engine: SharedEngine
  readonly #session: EngineSession
  readonly #names: StatementNames
  readonly #bytesMax: number
  /** Takes what the session has heard while it ran. */
  readonly #takeHeard: () => Buffer[]
  #copy: CopyIn | undefined
  #status: TransactionStatus = 'I'
  /** Whether the last batch ended without Sync, so that the engine is in the middle of it. */
  #isMidBatch = false
  /** Whether everything up to the next Sync is ignored, since the batch has failed before it. */
  #isSkipping = false
  #hasSavepoint = false
  /** Whether the engine has rolled back a failed transaction that the client has not ended. */
  #isRolledBack = false
  #isToldLater = false

  constructor(
    engine: SharedEngine,
    session: EngineSession,
    options: { readonly bytesMax: number; readonly takeHeard: () => Buffer[] },
  ) {
    this.#engine = engine
    this.#session = session
    this.#bytesMax = options.bytesMax
    this.#takeHeard = options.takeHeard
    this.#names = new StatementNames(`driftpin_${session.pid}_`, engine.statements)
  }

  get status(): TransactionStatus {
    return this.#status
  }

  /** The COPY whose data is waited for. */
  get copy(): CopyIn | undefined {
    return this.#copy
  }

  /** Whether nobody else may have the engine between this batch and the next. */
  get keeps(): boolean {
    return (this.#status !== 'I' && !this.#isRolledBack) || this.#isMidBatch
  }

  /** Whether a server would call it active: the last batch has begun, and has no end yet. */
  get isInBatch(): boolean {
    return this.#isMidBatch || this.#isSkipping || this.#copy !== undefined
  }

  get hasStatements(): boolean {
    return this.#names.closeAll().length > 0
  }

  /** Its data is there, whatever becomes of it. */
  endCopy(): void {
    this.#copy = undefined
  }

  /** What a batch is answered without the engine: after an error of ours, up to the next Sync. */
  skip(batch: Batch): Buffer[] | undefined {
    if (!this.#isSkipping) return undefined
    if (batch.at(-1)![0] !== clientMessage.sync) return []
    this.#isSkipping = false
    return [readyForQuery(this.#status)]
  }

  /** The answer to a batch of which nothing ran. */
  refused(batch: Batch, error: WireError): Buffer[] {
    const refusal = errorResponse('ERROR', error.fields)
    // What has no end of its own is ended by the Sync that is to come.
    this.#isSkipping = isFlushed(batch) || !endsBatch(batch.at(-1)![0]!)
    return this.#isSkipping ? [refusal] : [refusal, readyForQuery(this.#status)]
  }

  /** @returns Nothing where it has to wait for advisory locks first. */
  async run(given: Batch): Promise<Buffer[] | undefined> {
    // Whoever only prepares can let the engine go, as a server would not keep others out.
    const isLetGo = !this.keeps && onlyPrepares(given)
    let batch = isLetGo ? withSync(given) : given
    let translated = this.#names.translate(batch)
    const { sql } = translated
    const facts: StatementFacts = Object.assign({}, ...sql.map((text) => factsOf(text).any))
    if (this.#engine.locks.areHeldAgainst(this.#session) && facts.touchesLocks) {
      // Whoever has a transaction open would wait for ever for one who waits for its end.
      return this.keeps ? this.#refuse(batch, locksAreHeld) : undefined
    }
    if (facts.runsProgram) return this.#refuse(batch, noPrograms)
    if (facts.managesDatabases) return this.#refuse(batch, noDatabases)
    const last = sql.at(-1)?.slice(0, statementLengthMax)
    if (last !== undefined) this.#session.lastStatement = last
    if (this.#status !== 'E' && facts.readsSequence) {
      // The engine knows the values of whoever asked last.
      await this.#engine.keeper.keepSequencesApart(this.#session)
      // What it ran has ended the statement without a name.
      translated = this.#names.translate(batch)
    }
    if (this.#isRolledBack) {
      await this.#failAgain()
      translated = this.#names.translate(batch)
    }
    this.#hasSavepoint ||= sql.some(setsSavepoint)
    if (callsFunction(batch)) this.#session.mayHaveChanged = true
    const isTold = this.#engine.keeper.note(this.#session, sql) || callsFunction(batch)
    const isCopy = !this.#isMidBatch && isOneCopy(batch, sql)
    // The end of the batch comes with the data.
    if (isCopy && isFlushed(batch)) batch = withSync(batch)
    // In a transaction, what the engine makes of a COPY without its data is taken back.
    const isTried = isCopy && this.#status === 'T'
    if (isCopy) {
      if (isTried) await this.#engine.run('SAVEPOINT driftpin_copy')
      // Again, since what sets a savepoint ends the statement without a name.
      translated = this.#names.translate(batch)
    }
    const chunks = await this.#engine.execute(guarded(translated.messages), this.#bytesMax)
    const answer = this.#engine.scan(chunks, translated.hiddenParses)
    if (isCopy && answer.copiesIn) {
      translated.settle(answer)
      if (isTried) await this.#engine.run(`ROLLBACK TO driftpin_copy; ${release}`)
      this.#copy = new CopyIn(runningPart(batch), this.#bytesMax)
      const whole = Buffer.concat(answer.bytes)
      return [whole.subarray(0, endOfCopyInResponse(whole))]
    }
    if (isTried && answer.status === 'T') await this.#engine.run(release)
    const told = await this.#settle(batch, translated, answer, isTold)
    if (!isLetGo) return told
    this.#isSkipping = answer.hasError
    return told.slice(0, -1)
  }

  /** Runs a COPY whose data is there. */
  async runCopy({ command, isSimple, messages }: CopyIn): Promise<Buffer[]> {
    const translated = this.#names.translate(command)
    const end = isSimple ? [] : [syncMessage]
    const all = [...translated.messages, ...messages, copyFailed, ...end]
    const whole = Buffer.concat(await this.#engine.execute(all))
    // Of the beginning the client was told before.
    const rest = scanAnswer([whole.subarray(endOfCopyInResponse(whole))])
    const answer = { ...rest, parsed: translated.hiddenParses }
    const told = await this.#settle([...command, ...end], translated, answer, false)
    if (isSimple) return told
    // The Sync was ours; the client's own is to come.
    this.#isSkipping = answer.hasError
    return told.slice(0, -1)
  }

  /** Answers with an error; a transaction that is open fails by it. */
  async #refuse(batch: Batch, fields: WireErrorFields): Promise<Buffer[]> {
    if (!this.keeps) throw new WireError('ERROR', fields)
    const failing = failingBatch(batch, fields)
    this.#engine.statements.unnamedOf = undefined
    const answer = this.#engine.scan(await this.#engine.execute(failing), 0)
    const told = [...messagesOf(Buffer.concat(answer.bytes))]
    const errors = told.filter((one) => one[0] === serverMessage.error)
    return this.#settle(failing, this.#names.translate([]), { ...answer, bytes: errors }, false)
  }

  async #settle(
    batch: Batch,
    { settle }: TranslatedBatch,
    answer: Answer,
    isTold: boolean,
  ): Promise<Buffer[]> {
    settle(answer)
    // After an error all is left out up to the next Sync, a simple query too.
    const isLeftOut = answer.hasError && batch.length > 1
    if (answer.readies === 0 && !isFlushed(batch) && !isLeftOut) {
      throw this.#engine.breakDown({ lastStatement: this.#session.lastStatement })
    }
    if (answer.tags.some((tag) => tag === 'DISCARD ALL' || tag === 'DEALLOCATE ALL')) {
      this.#names.clear()
      this.#engine.statements.generation++
    }
    this.#status = answer.status ?? this.#status
    this.#isMidBatch = answer.readies === 0
    if (this.#isMidBatch && answer.hasError) await this.#endFailed()
    const isOver = this.#status === 'I' && !this.#isMidBatch
    if (isOver) this.#hasSavepoint = false
    if (this.#status === 'E' && !this.#hasSavepoint && !this.#isMidBatch) await this.#rollBack()
    if (isOver && (answer.hasError || answer.tags.includes('ROLLBACK'))) this.#forgetCommands()
    this.#isToldLater ||= isTold
    const changes = isOver && this.#isToldLater ? await this.#tellChanges() : []
    this.#engine.listening.tell(answer.notifications, this.#session)
    let bytes = answer.bytes
    if (answer.copiesIn && answer.hasError) bytes = withoutCopyInResponse(Buffer.concat(bytes))
    if (answer.hasError) bytes = this.#names.inOwnNames(Buffer.concat(bytes))
    const ready = answer.readies > 0 ? [readyForQuery(this.#status)] : []
    return [...bytes, ...changes, ...this.#takeHeard(), ...ready]
  }

  /**
   * Ends a batch that has failed before its Sync, so that nobody waits for a client that does not
   * send it. As on a server, all that comes before the Sync is ignored.
   */
  async #endFailed(): Promise<void> {
    const ended = this.#engine.scan(await this.#engine.execute([syncMessage]), 0)
    this.#status = ended.status ?? this.#status
    this.#isMidBatch = false
    this.#isSkipping = true
  }

  /**
   * Ends a transaction that has failed, in which nothing but its end can follow: on a server it
   * holds no locks from here on, and nobody waits for it. The client is not told.
   */
  async #rollBack(): Promise<void> {
    await this.#engine.run('ROLLBACK')
    this.#isRolledBack = true
    this.#forgetCommands()
  }

  /** Takes the engine to where the client believes it to be: in a transaction that has failed. */
  async #failAgain(): Promise<void> {
    this.#isRolledBack = false
    this.#engine.statements.unnamedOf = undefined
    await this.#engine.execute([queryMessage('BEGIN'), queryMessage('fail')])
  }

  /** What a transaction has asked for that was rolled back. */
  #forgetCommands(): void {
    this.#session.listenCommands.length = 0
    this.#session.resetsUser = false
  }

  /** What is to be told of the session, now that no transaction is open in it. */
  async #tellChanges(): Promise<Buffer[]> {
    this.#isToldLater = false
    const { removals } = this.#session
    const before = this.reported
    this.reported = await this.#engine.keeper.read(this.#session)
    return changesToTell(before, this.reported, this.#session.removals.length > removals.length)
  }

  /** Ends what the client left in the middle of, which a Sync alone would commit. */
  async endBatch(): Promise<void> {
    if (this.#isMidBatch) await this.#engine.execute(failingBatch([syncMessage], isLeft))
  }

  async closeStatements(): Promise<void> {
    const closing = this.#names.closeAll()
    if (closing.length > 0) await this.#engine.execute([...closing, syncMessage])
  }
}

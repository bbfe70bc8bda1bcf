import { factsOf, type StatementFacts } from '../../database/index.js'
import { type Answer, isCopyInResponse, isError } from './answer.js'
import {
  type Batch,
  CopyIn,
  callsFunction,
  endsBatch,
  failingBatch,
  guarded,
  isFlushed,
  isOneCopy,
  onlyPrepares,
  runningPart,
  withSync,
} from './batch.js'
import type { EngineSession } from './engine-session.js'
import { StatementNames, TranslatedBatch } from './prepared-statements.js'
import {
  clientMessage,
  copyFailed,
  errorResponse,
  queryMessage,
  readyForQuery,
  syncMessage,
  type TransactionStatus,
} from './protocol-messages.js'
import { changesToTell } from './session-state.js'
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
  readonly #engine: SharedEngine
  readonly #session: EngineSession
  readonly #names: StatementNames
  readonly #bytesMax: number
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

  /** @param bytesMax The longest answer, and data of one COPY. */
  constructor(engine: SharedEngine, session: EngineSession, bytesMax: number) {
    this.#engine = engine
    this.#session = session
    this.#bytesMax = bytesMax
    this.#names = new StatementNames(`driftpin_${session.pid}_`, engine)
  }

  get status(): TransactionStatus {
    return this.#status
  }

  /** The COPY whose data is waited for. */
  get copy(): CopyIn | undefined {
    return this.#copy
  }

  /** Whether the session keeps the engine between this batch and the next. */
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
    // A batch without its own Sync ends at the next Sync.
    this.#isSkipping = isFlushed(batch) || !endsBatch(batch.at(-1)![0]!)
    return this.#isSkipping ? [refusal] : [refusal, readyForQuery(this.#status)]
  }

  /** @returns Undefined if the batch has to wait for advisory locks first. */
  async answer(given: Batch): Promise<Buffer[] | undefined> {
    // A batch that only prepares releases the engine, because a server would not block others.
    const isLetGo = !this.keeps && onlyPrepares(given)
    let batch = isLetGo ? withSync(given) : given
    let translated = this.#translate(batch)
    const { sql } = translated
    const facts: StatementFacts = Object.assign({}, ...sql.map((text) => factsOf(text).any))
    if (this.#engine.keeper.locks.areHeldAgainst(this.#session) && facts.touchesLocks) {
      // A session with an open transaction would wait for a session that waits for its end.
      return this.keeps ? this.#refuse(batch, locksAreHeld) : undefined
    }
    if (facts.runsProgram) return this.#refuse(batch, noPrograms)
    if (facts.managesDatabases) return this.#refuse(batch, noDatabases)
    const last = sql.at(-1)?.slice(0, statementLengthMax)
    if (last !== undefined) this.#session.lastStatement = last
    if (this.#status !== 'E' && facts.readsSequence) {
      // The engine has the sequence values of the session that used it last.
      await this.#engine.keeper.keepSequencesApart(this.#session)
      // What it ran has ended the statement without a name.
      translated = this.#translate(batch)
    }
    if (this.#isRolledBack) {
      await this.#failAgain()
      translated = this.#translate(batch)
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
      if (isTried) await this.#engine.query('SAVEPOINT driftpin_copy')
      // Again, since what sets a savepoint ends the statement without a name.
      translated = this.#translate(batch)
    }
    const answer = await this.#engine.execute(guarded(translated.messages), {
      bytesMax: this.#bytesMax,
      hiddenParses: translated.hiddenParses,
    })
    if (isCopy && answer.copiesIn) {
      translated.settle(answer)
      if (isTried) await this.#engine.query(`ROLLBACK TO driftpin_copy; ${release}`)
      this.#copy = new CopyIn(runningPart(batch), this.#bytesMax)
      return answer.bytes.slice(0, answer.bytes.findIndex(isCopyInResponse) + 1)
    }
    if (isTried && answer.status === 'T') await this.#engine.query(release)
    const told = await this.#settle(batch, translated, answer, isTold)
    if (!isLetGo) return told
    this.#isSkipping = answer.hasError
    return told.slice(0, -1)
  }

  /** Runs a COPY whose data is there. */
  async answerCopy({ command, isSimple, messages }: CopyIn): Promise<Buffer[]> {
    const translated = this.#translate(command)
    const { hiddenParses } = translated
    const end = isSimple ? [] : [syncMessage]
    const all = [...translated.messages, ...messages, copyFailed, ...end]
    const answer = await this.#engine.execute(all, { hiddenParses })
    // The client was told of the beginning before.
    const asked = answer.bytes.findIndex(isCopyInResponse)
    const bytes = asked < 0 ? answer.bytes.filter(isError) : answer.bytes.slice(asked + 1)
    const rest = { ...answer, bytes, copiesIn: false }
    const told = await this.#settle([...command, ...end], translated, rest, false)
    if (isSimple) return told
    // The Sync was ours; the client's own is to come.
    this.#isSkipping = answer.hasError
    return told.slice(0, -1)
  }

  #translate(batch: Batch): TranslatedBatch {
    return new TranslatedBatch(this.#names, batch)
  }

  /** Answers with an error; a transaction that is open fails by it. */
  async #refuse(batch: Batch, fields: WireErrorFields): Promise<Buffer[]> {
    if (!this.keeps) throw new WireError('ERROR', fields)
    const failing = failingBatch(batch, fields)
    this.#engine.unnamedOf = undefined
    const answer = await this.#engine.execute(failing)
    const errors = { ...answer, bytes: answer.bytes.filter(isError) }
    return this.#settle(failing, this.#translate([]), errors, false)
  }

  async #settle(
    batch: Batch,
    translated: TranslatedBatch,
    answer: Answer,
    isTold: boolean,
  ): Promise<Buffer[]> {
    translated.settle(answer)
    // After an error all is left out up to the next Sync, a simple query too.
    const isLeftOut = answer.hasError && batch.length > 1
    if (answer.readies === 0 && !isFlushed(batch) && !isLeftOut) {
      throw this.#engine.breakDown({ lastStatement: this.#session.lastStatement })
    }
    if (answer.tags.some((tag) => tag === 'DISCARD ALL' || tag === 'DEALLOCATE ALL')) {
      this.#names.known.clear()
      this.#engine.generation++
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
    this.#engine.keeper.listening.tell(answer.notifications, this.#session)
    let { bytes } = answer
    if (answer.hasError) {
      // An answer that asks for data which cannot come is not sent.
      bytes = bytes.filter((one) => !isCopyInResponse(one))
      bytes = bytes.map((one) => this.#names.inOwnNames(one))
    }
    const ready = answer.readies > 0 ? [readyForQuery(this.#status)] : []
    return [...bytes, ...changes, ...this.#session.heard.splice(0), ...ready]
  }

  /**
   * Ends a batch that failed before its Sync, so that other sessions do not wait for a client that
   * does not send it. As on a server, all messages before the Sync are ignored.
   */
  async #endFailed(): Promise<void> {
    const ended = await this.#engine.execute([syncMessage])
    this.#status = ended.status ?? this.#status
    this.#isMidBatch = false
    this.#isSkipping = true
  }

  /**
   * Ends a failed transaction, which can only be ended anyway. On a server it would hold no locks
   * any more, so no session would wait for it. The client does not notice.
   */
  async #rollBack(): Promise<void> {
    await this.#engine.query('ROLLBACK')
    this.#isRolledBack = true
    this.#forgetCommands()
  }

  /** Takes the engine to where the client believes it to be: in a transaction that has failed. */
  async #failAgain(): Promise<void> {
    this.#isRolledBack = false
    this.#engine.unnamedOf = undefined
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
    const { removals, reported } = this.#session
    this.#session.reported = await this.#engine.keeper.read(this.#session)
    const hasMoreToRemove = this.#session.removals.length > removals.length
    return changesToTell(reported, this.#session.reported, hasMoreToRemove)
  }

  /** Ends an unfinished batch of the client, which a Sync alone would commit. */
  async endBatch(): Promise<void> {
    if (this.#isMidBatch) await this.#engine.execute(failingBatch([syncMessage], isLeft))
  }

  async closeStatements(): Promise<void> {
    const closing = this.#names.closeAll()
    if (closing.length > 0) await this.#engine.execute([...closing, syncMessage])
  }
}

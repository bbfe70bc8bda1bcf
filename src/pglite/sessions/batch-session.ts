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
import { type Client, EngineSession } from './engine-session.js'
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
import { changesToReport } from './session-state.js'
import type { SharedEngine } from './shared-engine.js'
import {
  isLeft,
  locksAreHeld,
  noDatabases,
  noPrograms,
  WireError,
  type WireErrorFields,
} from './wire-error.js'

/** The last statement of a session is kept as long as the session lasts. */
const statementLengthMax = 1000

const release = 'RELEASE driftpin_copy'

const setsSavepoint = (sql: string) =>
  factsOf(sql).statements.some(({ facts }) => facts.transaction === 'savepoint')

/** A session that runs batches of messages. It has the turn whenever something runs here. */
export class BatchSession extends EngineSession {
  /** The COPY whose data is waited for. */
  copy: CopyIn | undefined
  protected readonly engine: SharedEngine
  protected status: TransactionStatus = 'I'
  protected readonly names: StatementNames
  readonly #bytesMax: number
  /** Whether the last batch ended without Sync, so that the engine is in the middle of it. */
  #isMidBatch = false
  /** Whether everything up to the next Sync is ignored, since the batch has failed before it. */
  #isSkipping = false
  #hasSavepoint = false
  /** Whether the engine has rolled back a failed transaction that the client has not ended. */
  #isRolledBack = false
  /** Whether changes of the session are reported when its transaction has ended. */
  #reportsLater = false

  /** @param bytesMax The longest answer, and data of one COPY. */
  constructor(engine: SharedEngine, client: Client, bytesMax: number) {
    super(engine.nextPid(), client)
    this.engine = engine
    this.#bytesMax = bytesMax
    this.names = new StatementNames(`driftpin_${this.pid}_`, engine)
  }

  /** Whether the session keeps the engine between this batch and the next. */
  protected get keepsEngine(): boolean {
    return (this.status !== 'I' && !this.#isRolledBack) || this.#isMidBatch
  }

  /** Whether a server would call it active: the last batch has begun, and has no end yet. */
  protected get isInBatch(): boolean {
    return this.#isMidBatch || this.#isSkipping || this.copy !== undefined
  }

  /** The answer to a batch that is ignored after an error, up to the next Sync. */
  protected skip(batch: Batch): Buffer[] | undefined {
    if (!this.#isSkipping) return undefined
    if (batch.at(-1)![0] !== clientMessage.sync) return []
    this.#isSkipping = false
    return [readyForQuery(this.status)]
  }

  /** The answer to a batch of which nothing ran. */
  protected refused(batch: Batch, error: WireError): Buffer[] {
    const refusal = errorResponse('ERROR', error.fields)
    // A batch without its own Sync ends at the next Sync.
    this.#isSkipping = isFlushed(batch) || !endsBatch(batch.at(-1)![0]!)
    return this.#isSkipping ? [refusal] : [refusal, readyForQuery(this.status)]
  }

  /** @returns Undefined if the batch has to wait for advisory locks first. */
  protected async runBatch(given: Batch): Promise<Buffer[] | undefined> {
    // A batch that only prepares releases the engine, because a server would not block others.
    const isLetGo = !this.keepsEngine && onlyPrepares(given)
    let batch = isLetGo ? withSync(given) : given
    let translated = this.#translate(batch)
    const { sql } = translated
    const facts: StatementFacts = Object.assign({}, ...sql.map((text) => factsOf(text).any))
    if (this.engine.keeper.locks.areHeldAgainst(this) && facts.touchesLocks) {
      // A session with an open transaction would wait for a session that waits for its end.
      return this.keepsEngine ? this.#refuse(batch, locksAreHeld) : undefined
    }
    if (facts.runsProgram) return this.#refuse(batch, noPrograms)
    if (facts.managesDatabases) return this.#refuse(batch, noDatabases)
    const last = sql.at(-1)?.slice(0, statementLengthMax)
    if (last !== undefined) this.lastStatement = last
    // The engine has the sequence values of the session that used it last.
    const readsSequence = this.status !== 'E' && facts.readsSequence === true
    if (readsSequence) await this.engine.keeper.keepSequencesApart(this)
    const hasFailed = this.#isRolledBack
    if (hasFailed) await this.#failAgain()
    this.#hasSavepoint ||= sql.some(setsSavepoint)
    if (callsFunction(batch)) this.mayHaveChanged = true
    const mayReport = this.engine.keeper.note(this, sql) || callsFunction(batch)
    const isCopy = !this.#isMidBatch && isOneCopy(batch, sql)
    // The end of the batch comes with the data.
    if (isCopy && isFlushed(batch)) batch = withSync(batch)
    // In a transaction, the effect of a COPY without its data is rolled back.
    const isTried = isCopy && this.status === 'T'
    if (isTried) await this.engine.query('SAVEPOINT driftpin_copy')
    // These statements have ended the statement without a name, and the batch may be another one.
    if (readsSequence || hasFailed || isCopy) translated = this.#translate(batch)
    const answer = await this.engine.execute(guarded(translated.messages), {
      bytesMax: this.#bytesMax,
      hiddenParses: translated.hiddenParses,
    })
    if (isCopy && answer.copiesIn) {
      translated.settle(answer)
      if (isTried) await this.engine.query(`ROLLBACK TO driftpin_copy; ${release}`)
      this.copy = new CopyIn(runningPart(batch), this.#bytesMax)
      return answer.bytes.slice(0, answer.bytes.findIndex(isCopyInResponse) + 1)
    }
    if (isTried && answer.status === 'T') await this.engine.query(release)
    const settled = await this.#settle(batch, translated, answer, mayReport)
    if (!isLetGo) return settled
    this.#isSkipping = answer.hasError
    return settled.slice(0, -1)
  }

  /** Runs a COPY whose data has arrived. */
  protected async runCopy({ command, isSimple, messages }: CopyIn): Promise<Buffer[]> {
    const translated = this.#translate(command)
    const { hiddenParses } = translated
    const end = isSimple ? [] : [syncMessage]
    const all = [...translated.messages, ...messages, copyFailed, ...end]
    const answer = await this.engine.execute(all, { hiddenParses })
    // The client has already received the beginning.
    const asked = answer.bytes.findIndex(isCopyInResponse)
    const bytes = asked < 0 ? answer.bytes.filter(isError) : answer.bytes.slice(asked + 1)
    const rest = { ...answer, bytes, copiesIn: false }
    const settled = await this.#settle([...command, ...end], translated, rest, false)
    if (isSimple) return settled
    // This Sync was added here; that of the client follows.
    this.#isSkipping = answer.hasError
    return settled.slice(0, -1)
  }

  #translate(batch: Batch): TranslatedBatch {
    return new TranslatedBatch(this.names, batch)
  }

  /** Answers with an error, with which an open transaction fails. */
  async #refuse(batch: Batch, fields: WireErrorFields): Promise<Buffer[]> {
    if (!this.keepsEngine) throw new WireError('ERROR', fields)
    const failing = failingBatch(batch, fields)
    this.engine.unnamedOf = undefined
    const answer = await this.engine.execute(failing)
    const errors = { ...answer, bytes: answer.bytes.filter(isError) }
    return this.#settle(failing, this.#translate([]), errors, false)
  }

  async #settle(
    batch: Batch,
    translated: TranslatedBatch,
    answer: Answer,
    mayReport: boolean,
  ): Promise<Buffer[]> {
    translated.settle(answer)
    // After an error, everything up to the next Sync is ignored, even a simple query.
    const isLeftOut = answer.hasError && batch.length > 1
    if (answer.readies === 0 && !isFlushed(batch) && !isLeftOut) {
      throw this.engine.breakDown({ lastStatement: this.lastStatement })
    }
    if (answer.tags.some((tag) => tag === 'DISCARD ALL' || tag === 'DEALLOCATE ALL')) {
      this.names.known.clear()
      this.engine.generation++
    }
    this.status = answer.status ?? this.status
    this.#isMidBatch = answer.readies === 0
    if (this.#isMidBatch && answer.hasError) await this.#endFailed()
    const isOver = this.status === 'I' && !this.#isMidBatch
    if (isOver) this.#hasSavepoint = false
    if (this.status === 'E' && !this.#hasSavepoint && !this.#isMidBatch) await this.#rollBack()
    if (isOver && (answer.hasError || answer.tags.includes('ROLLBACK'))) this.#forgetCommands()
    this.#reportsLater ||= mayReport
    const changes = isOver && this.#reportsLater ? await this.#reportChanges() : []
    this.engine.keeper.listening.deliver(answer.notifications, this)
    let { bytes } = answer
    if (answer.hasError) {
      // An answer that asks for data which cannot come is not sent.
      bytes = bytes.filter((one) => !isCopyInResponse(one))
      bytes = bytes.map((one) => this.names.inOwnNames(one))
    }
    const ready = answer.readies > 0 ? [readyForQuery(this.status)] : []
    return [...bytes, ...changes, ...this.notifications.splice(0), ...ready]
  }

  /**
   * Ends a batch that failed before its Sync, so that other sessions do not wait for a client that
   * does not send it. As on a server, all messages before the Sync are ignored.
   */
  async #endFailed(): Promise<void> {
    const ended = await this.engine.execute([syncMessage])
    this.status = ended.status ?? this.status
    this.#isMidBatch = false
    this.#isSkipping = true
  }

  /**
   * Ends a failed transaction, which can only be ended anyway. On a server it would hold no locks
   * any more, so no session would wait for it. The client does not notice.
   */
  async #rollBack(): Promise<void> {
    await this.engine.query('ROLLBACK')
    this.#isRolledBack = true
    this.#forgetCommands()
  }

  /** Begins a transaction that fails: the client does not know that it was rolled back. */
  async #failAgain(): Promise<void> {
    this.#isRolledBack = false
    this.engine.unnamedOf = undefined
    await this.engine.execute([queryMessage('BEGIN'), queryMessage('fail')])
  }

  /** Forgets the commands of a transaction that was rolled back. */
  #forgetCommands(): void {
    this.listenCommands.length = 0
    this.resetsUser = false
  }

  /** Reports the changes of the session, now that no transaction is open in it. */
  async #reportChanges(): Promise<Buffer[]> {
    this.#reportsLater = false
    const { removals, reported } = this
    this.reported = await this.engine.keeper.read(this)
    const hasMoreToRemove = this.removals.length > removals.length
    return changesToReport(reported, this.reported, hasMoreToRemove)
  }

  /** Ends an unfinished batch of the client, which a Sync alone would commit. */
  protected async endBatch(): Promise<void> {
    if (this.#isMidBatch) await this.engine.execute(failingBatch([syncMessage], isLeft))
  }

  protected async closeStatements(): Promise<void> {
    const closing = this.names.closeAll()
    if (closing.length > 0) await this.engine.execute([...closing, syncMessage])
  }
}

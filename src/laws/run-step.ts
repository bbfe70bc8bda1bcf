import { allDifferingRows, unexpectedNotifications } from './compare-rows.js'
import {
  countDone,
  countNamed,
  coverageOf,
  type HistoryRun,
  inSecond,
  type ModelledDatabase,
  viewOf,
  withNames,
} from './history-run.js'
import { type FailCode, injectFailure } from './intercept.js'
import { type HistoryStep, LawBroken } from './law.js'
import { laws } from './laws.js'
import { eventsOf } from './model/events.js'
import { copyModel, type Model } from './model/model.js'
import { later, toMilliseconds } from './model/time.js'
import { type Move, type Operation, predict } from './operation.js'
import { type Outcome, outcomeOf } from './outcome.js'
import { specification } from './rules/specification.js'
import { roundTrip } from './rules/structure.js'
import { atomicity } from './rules/writes.js'
import { trace } from './trace.js'

/** How a step is done. */
export interface StepOptions {
  /**
   * Lets the statement after this many fail. An operation that sends fewer statements succeeds; one
   * that sends more must leave nothing behind.
   */
  readonly failAt?: number
  /** The SQLSTATE of the failure; 57014 by default. */
  readonly failWith?: FailCode
  /** The microseconds that pass before the step. */
  readonly micros?: number
}

/** An operation with its choices. */
export interface Chosen {
  readonly operation: Operation
  readonly choice: unknown
}

/**
 * Applies one operation to a database and to its model, and checks every law.
 *
 * @throws LawBroken for the first law that is broken.
 */
export async function runStep(
  run: HistoryRun,
  at: ModelledDatabase,
  { operation, choice }: Chosen,
  { failAt, failWith = '57014', micros = 0 }: StepOptions = {},
): Promise<void> {
  advance(run, micros)
  const move = operation.resolve(viewOf(run, at), choice)!
  const failure = injectFailure(failAt, failWith)
  const where = at.name === 'second' ? inSecond : ''
  const how = failAt === undefined ? '' : `, which fails after ${failAt} statements (${failWith})`
  const when = micros > 0 ? `, ${micros} microseconds later` : ''
  run.said.push(`${where}${withNames(run, move.says)}${when}${how}`)
  const usesOwnClock = (move.usesOwnClock ?? false) && run.clock !== undefined
  const now = usesOwnClock ? toMilliseconds(run.now) : run.now
  const before = { model: at.model, rows: at.rows }
  const promptsBefore = await promptsOf(run, at, move)
  const context = {
    ...{ database: at.database, operations: run.operations, catalog: at.reader.catalog },
    queryable: failure.around(at.queryable),
    now: usesOwnClock ? {} : { now },
  }
  const outcome = await outcomeOrThrow(() => move.execute(context))
  advance(run, move.advances ?? 0)
  if (move.isMigration && outcome.refusal) {
    // The schema may no longer exist, so that its rows cannot be read.
    const actual = outcome.refusal.message
    throw new LawBroken(roundTrip, [{ what: 'the migration', expected: 'done', actual }])
  }
  const model = copyModel(at.model)
  const predicted: Outcome =
    failure.hasOccurred && !failure.isRetried
      ? { refusal: { code: failWith, message: '' } }
      : predict(move, model, now, outcome)
  const rows = await at.reader.read(at.queryable)
  nameNewChats(run, before.model, model)
  const promptsAfter = await promptsOf(run, at, move)
  const after = { model: predicted.refusal ? before.model : model, rows }
  const events =
    move.notifies && !predicted.refusal
      ? eventsOf(move.notifies, predicted.answer, { before: before.model, after: after.model })
      : []
  const notifications = await receive(at, move, events)
  trace(run, at, { outcome, rows, notifications: notifications.actual })
  const prompts = promptsBefore.map(({ chatId, text }, index) => ({
    ...{ chatId, before: text, after: promptsAfter[index]?.text ?? '' },
  }))
  const parts = { move, at: now, reader: at.reader, before, after, outcome, predicted }
  checkLaws(run, { ...parts, notifications, prompts })
  at.model = after.model
  at.rows = rows
  run.counts.commands += 1
  const result = failure.hasOccurred ? 'failed' : outcome.refusal && 'refused'
  countDone(run.coverage, operation.name, { result, variant: move.variant })
}

function checkLaws({ counts }: HistoryRun, step: HistoryStep): void {
  for (const law of laws) {
    if (!law.afterStep) continue
    counts.laws += 1
    const findings = law.afterStep(step)
    if (findings.length > 0) throw new LawBroken(law, findings)
  }
}

/** Notifications of a transaction arrive after its commit. */
async function receive(
  at: ModelledDatabase,
  move: Move,
  expected: readonly string[],
): Promise<HistoryStep['notifications']> {
  at.pending?.push(...expected)
  if (at.pending || !move.notifies) return { expected: [], actual: [] }
  return { expected, actual: await at.listener.take() }
}

const outcomeOrThrow = (execute: () => Promise<unknown>) =>
  outcomeOf(execute, (bug) => {
    throw bug
  })

function advance(run: HistoryRun, micros: number): void {
  if (micros === 0) return
  run.now = later(run.now, micros)
  run.clock?.set(Date.parse(`${run.now.slice(0, 23)}Z`))
}

/** Names the chats whose ids the database generated. */
function nameNewChats({ names }: HistoryRun, before: Model, after: Model): void {
  for (const id of after.chats.keys()) {
    if (before.chats.has(id) || names.has(id)) continue
    names.set(id, `chat ${countNamed(names, 'chat') + 1}`)
  }
}

/** How many prompts are compared before and after a removal. */
const promptsMax = 3

async function promptsOf(run: HistoryRun, { queryable }: ModelledDatabase, move: Move) {
  const { removes, chats = [], prompts = chats } = move
  const texts: { chatId: string; text: string }[] = []
  for (const chatId of removes ? prompts.slice(0, promptsMax) : []) {
    // The removal may have deleted the chat.
    const prompt = await outcomeOrThrow(() => run.operations.prompt(queryable, { chatId }))
    const text = prompt.refusal ? prompt.refusal.code : JSON.stringify(prompt.answer)
    texts.push({ chatId, text })
  }
  return texts
}

/** Thrown inside a transaction to roll it back. */
class RollBack extends Error {}

/**
 * Applies several operations in one transaction of the caller, in which every law has to hold too.
 * The transaction is committed, or fails at its end and must leave nothing behind.
 */
export async function runTransaction(
  run: HistoryRun,
  at: ModelledDatabase,
  parts: readonly Chosen[],
  commits: boolean,
): Promise<void> {
  const { database, reader } = at
  const before = at.rows
  const namesBefore = new Map(run.names)
  run.said.push('begin a transaction')
  const inner = { model: copyModel(at.model), rows: before }
  const pending: string[] = []
  const work = database.transaction(async (transaction) => {
    const within: ModelledDatabase = { ...at, queryable: transaction, pending, ...inner }
    for (const chosen of parts) {
      const { operation, choice } = chosen
      coverageOf(run.coverage, operation.name).chosen += 1
      if (!operation.resolve(viewOf(run, within, { peek: true }), choice)) continue
      await runStep(run, within, chosen)
    }
    Object.assign(inner, { model: within.model, rows: within.rows })
    if (!commits) throw new RollBack()
  })
  await work.catch((error: unknown) => {
    if (!(error instanceof RollBack)) throw error
  })
  run.said.push(commits ? 'commit' : 'fail half way, which rolls back')
  const rows = await reader.read(database)
  const actual = await at.listener.take()
  trace(run, at, { outcome: { answer: null }, rows, notifications: actual })
  const when = commits ? 'after the commit' : 'after the rollback'
  const findings = allDifferingRows(when, commits ? inner.rows : before, rows)
  if (findings.length > 0) throw new LawBroken(atomicity, findings)
  // PostgreSQL sends equal notifications of one transaction once.
  const expected = commits ? [...new Set(pending)] : []
  const wrong = unexpectedNotifications({ expected, actual })
  if (wrong.length > 0) throw new LawBroken(commits ? specification : atomicity, wrong)
  at.rows = rows
  if (commits) at.model = inner.model
  else for (const id of run.names.keys()) if (!namesBefore.has(id)) run.names.delete(id)
  coverageOf(run.coverage, 'transaction').chosen += 1
  countDone(run.coverage, 'transaction', { variant: commits ? 'commit' : 'rollback' })
}

import { quoteIdentifier } from '../database/index.js'
import { coverageOf } from './coverage.js'
import { trace } from './engines/traced.js'
import { type FailCode, failAfter } from './fail-after.js'
import type { Outcome, Step } from './law.js'
import { LawBroken } from './law-broken.js'
import { laws } from './laws.js'
import { eventsOf } from './model/events.js'
import { copyModel, type Model, Refusal } from './model/model.js'
import { later, toMilliseconds } from './model/time.js'
import type { Command, Move, Scene } from './move.js'
import { outcomeOf } from './outcome-of.js'
import { roundTrip } from './rules/round-trip.js'
import { inSecond, type Site, viewOf, type World, withNames } from './world.js'

/** The prompts of so many chats are looked at around a deletion. */
const promptsMax = 3

/** How a step is done. */
export interface StepOptions {
  /**
   * Lets the statement after so many fail on its way to the database. An operation that has fewer
   * is done as ever; one that has more must leave nothing behind.
   */
  readonly failAt?: number
  /** The SQLSTATE that it fails with; 57014 by default. */
  readonly failWith?: FailCode
  /** So many microseconds pass before. */
  readonly micros?: number
}

/**
 * Does one command to a database and to the model, and holds every law against what came of it.
 *
 * @throws LawBroken for the first law that does not hold.
 */
export async function runStep(
  world: World,
  site: Site,
  command: Command,
  choice: unknown,
  { failAt, failWith = '57014', micros = 0 }: StepOptions = {},
): Promise<void> {
  pass(world, micros)
  const move = command.aim(viewOf(world, site), choice)!
  const failing = failAfter(failAt, failWith)
  const where = site.name === 'second' ? inSecond : ''
  const how = failAt === undefined ? '' : `, which fails after ${failAt} statements (${failWith})`
  const when = micros > 0 ? `, ${micros} microseconds later` : ''
  world.said.push(`${where}${withNames(world, move.says)}${when}${how}`)
  const at = timeOf(world, move)
  const before = { model: site.model, rows: site.rows }
  const promptsBefore = await promptsOf(world, site, move)
  const scene = sceneOf(world, { ...site, queryable: failing.around(site.queryable) }, move)
  const outcome = await outcomeOrThrow(() => move.act(scene))
  pass(world, move.advances ?? 0)
  if (move.isMigration && outcome.refusal) {
    // There may be no schema left to read.
    throw new LawBroken(roundTrip, [
      { what: 'the migration', expected: 'done', actual: outcome.refusal.message },
    ])
  }
  const model = copyModel(site.model)
  const predicted: Outcome =
    failing.hasFailed && !failing.isTriedAgain
      ? { refusal: { code: failWith, message: '' } }
      : predict(model, move, at, outcome)
  const rows = await site.reader.read(site.queryable)
  nameNewChats(world, before.model, model)
  const promptsAfter = await promptsOf(world, site, move)
  const after = { model: predicted.refusal ? before.model : model, rows }
  const events =
    move.notifies && !predicted.refusal
      ? eventsOf(move.notifies, predicted.answer, { before: before.model, after: after.model })
      : []
  const heard = await hear(site, move, events)
  trace(world, site, { outcome, rows, heard: heard.actual })
  const step: Step = {
    ...{ move, at, reader: site.reader, before, outcome, predicted },
    after,
    heard,
    prompts: promptsBefore.map((text, index) => ({
      chatId: promptedBy(move)[index]!,
      before: text,
      after: promptsAfter[index] ?? '',
    })),
  }
  holdLaws(world, step)
  site.model = step.after.model
  site.rows = rows
  count(world, command, step, failing.hasFailed)
}

function holdLaws({ counts }: World, step: Step): void {
  for (const law of laws) {
    if (!law.afterStep) continue
    counts.laws += 1
    const findings = law.afterStep(step)
    if (findings.length > 0) throw new LawBroken(law, findings)
  }
}

function count(world: World, command: Command, step: Step, hasFailed: boolean): void {
  world.counts.commands += 1
  const counted = coverageOf(world.coverage, command.name)
  counted.done += 1
  if (hasFailed) counted.failed += 1
  else if (step.outcome.refusal) counted.refused += 1
  const { variant } = step.move
  if (variant) counted.variants.set(variant, (counted.variants.get(variant) ?? 0) + 1)
}

/** What is sent in a transaction is heard after its commit, all at once. */
async function hear(site: Site, move: Move, expected: readonly string[]): Promise<Step['heard']> {
  site.unheard?.push(...expected)
  if (site.unheard || !move.notifies) return { expected: [], actual: [] }
  return { expected, actual: await site.ear.take() }
}

const usesOwn = ({ clock }: World, { usesOwnClock = false }: Move) =>
  usesOwnClock && clock !== undefined

const timeOf = (world: World, move: Move) =>
  usesOwn(world, move) ? toMilliseconds(world.now) : world.now

function sceneOf(world: World, { database, queryable, reader }: Site, move: Move): Scene {
  const schema = quoteIdentifier(database.schema)
  return {
    queryable,
    database,
    operations: world.operations,
    catalog: reader.catalog,
    now: usesOwn(world, move) ? {} : { now: world.now },
    table: (name) => `${schema}.${quoteIdentifier(name)}`,
  }
}

const outcomeOrThrow = (act: () => Promise<unknown>) =>
  outcomeOf(act, (bug) => {
    throw bug
  })

function predict(model: Model, move: Move, at: string, outcome: Outcome): Outcome {
  try {
    return { answer: move.predict(model, at, outcome.refusal ? undefined : outcome.answer) }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { refusal: { code: error.code, message: '' } }
  }
}

function pass(world: World, micros: number): void {
  if (micros === 0) return
  world.now = later(world.now, micros)
  world.clock?.set(Date.parse(`${world.now.slice(0, 23)}Z`))
}

/** Chats that the database gave their ids. */
function nameNewChats({ names }: World, before: Model, after: Model): void {
  for (const id of after.chats.keys()) {
    if (before.chats.has(id) || names.has(id)) continue
    const count = [...names.values()].filter((name) => name.startsWith('chat ')).length + 1
    names.set(id, `chat ${count}`)
  }
}

const promptedBy = ({ prompts, chats = [] }: Move) => (prompts ?? chats).slice(0, promptsMax)

async function promptsOf(world: World, { queryable }: Site, move: Move): Promise<string[]> {
  if (!move.isRemoval) return []
  const texts: string[] = []
  for (const chatId of promptedBy(move)) {
    // A chat that went with its agent has none any more.
    const prompt = await outcomeOrThrow(() => world.operations.prompt(queryable, { chatId }))
    texts.push(prompt.refusal ? prompt.refusal.code : JSON.stringify(prompt.answer))
  }
  return texts
}

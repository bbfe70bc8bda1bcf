import fc from 'fast-check'
import type { Catalog } from '../catalog/index.js'
import type { BodyKind, ResourceInput } from '../schema/index.js'
import { textFile } from './choices.js'
import { allDifferingRows, unexpectedNotifications } from './compare-rows.js'
import type { FailureTexts } from './failure.js'
import {
  createRun,
  type HistoryCommand,
  type HistoryRun,
  type HistorySetting,
  inSecond,
  type ModelledDatabase,
  startTime,
  withNames,
} from './history-run.js'
import { type Ending, LawBroken } from './law.js'
import { laws } from './laws.js'
import { firstContext, secondContext, skillOfFirst } from './opening-contexts.js'
import { archive } from './operations/archive.js'
import { createChat } from './operations/create-chat.js'
import { hostWrites } from './operations/host-rows.js'
import { allOperations } from './operations/index.js'
import { push } from './operations/push.js'
import { refresh } from './operations/refresh.js'
import { createWorkspace, rebuild } from './operations/workspaces.js'
import { isolation } from './rules/isolation.js'
import { specification } from './rules/specification.js'
import { type Chosen, runStep, runTransaction } from './run-step.js'

/** A push by the newest agent. */
const pushAs = (
  variant: string,
  resources: readonly ResourceInput[] = [],
  { error = '', run = 'stored' } = {},
): Chosen => ({
  operation: push,
  choice: {
    ...{ agent: 0, to: 'any', variant, which: 0, field: 'body', step: 1 },
    ...{ run: { as: run, digit: 0 }, error, own: false, notify: false, resources },
  },
})

const pushOf = (...resources: readonly ResourceInput[]) => pushAs('fresh', resources)

const pushNotReady = pushAs('not ready', [textFile('/AGENTS.md', '# Pier\n', 5)])

/** A chat of the first owner, bound to the newest agent. */
const newChatWith = (follows: readonly BodyKind[] | undefined): Chosen => ({
  operation: createChat,
  choice: {
    ...{ owner: 0, to: 'agent', which: 0, order: 0, id: 'given', title: undefined },
    ...{ status: undefined, follows, copies: 'none', notify: false, own: false },
  },
})

const newChat = newChatWith(undefined)

const newest = { chat: 0, as: 'anybody', own: false, notify: false }

const newBuild: Chosen = { operation: rebuild, choice: { workspace: 0 } }

/** Afterwards the newest chat has two skills with one name, which no push has. */
const refreshOneSkill: Chosen = {
  operation: refresh,
  choice: {
    ...{ ...newest, of: 'sources', kinds: [] },
    // Its place among the sources of the pins and those of the live context.
    places: [secondContext.length + firstContext.indexOf(skillOfFirst)],
  },
}

/** The beginning of every history; {@link openingWords} describes it. */
const opening: readonly Chosen[] = [
  { operation: createWorkspace, choice: { owner: 0 } },
  pushAs('fresh', firstContext, { run: 'new' }),
  newChat,
  pushOf(...secondContext),
  { operation: archive, choice: newest },
  newChat,
  // Only the error of the snapshot changes.
  pushAs('unchanged', [], { error: 'no access' }),
  { operation: refresh, choice: { ...newest, of: 'all', kinds: [], places: [0] } },
  newChatWith([]),
  pushOf(...firstContext),
  refreshOneSkill,
  newBuild,
  pushNotReady,
  newChat,
  { operation: archive, choice: newest },
  newChat,
  newBuild,
  pushOf(textFile('/AGENTS.md', '# Dock\n', 4)),
  { operation: hostWrites, choice: { chat: 0, what: 'store two files' } },
]

/** The state after the opening, in words. */
const openingWords =
  'chat 1, archived while agent 1 had another context than its pins, which are the context again; ' +
  'chat 2 at agent 1, which says its run and since then has pushed another /AGENTS.md, the same ' +
  '/agents.md, no /quay.md, the same resources for prompts, seven that each differ in one column, other skills, and ' +
  'other MCP servers, which the chat follows; chat 3, which follows nothing, is otherwise like ' +
  'chat 2, and has refreshed one of the skills, so that two have one name; chat 4, archived, and ' +
  'chat 5, both without pins at agent 2 of a later build, which has pushed but is not ready; and ' +
  'agent 3 of the latest build, which has pushed an /AGENTS.md of its own; and two files that no ' +
  'chat links'

/** The lines after the opening, or those of the opening if nothing came after it. */
export function tellHistory({ run }: HistoryResult): FailureTexts {
  const { said } = run
  const named = (text: string) => withNames(run, text)
  const history = said.slice(opening.length * 2)
  if (history.length > 0) return { beginning: openingWords, history, named }
  const isFirst = said.length === opening.length * 2 || !said.at(-1)?.startsWith(inSecond)
  return { history: said.filter((line) => line.startsWith(inSecond) !== isFirst), named }
}

/** A run that is over, and the error that ended it early: mostly a law that is broken. */
export interface HistoryResult {
  run: HistoryRun
  error?: unknown
}

/** Makes the opening, unless its state is known from before. */
async function open(setting: HistorySetting, result: HistoryResult): Promise<void> {
  const { environment } = setting
  await environment.reset()
  // Notifications of a history that broke a law must not reach the next one.
  for (const { listener } of environment.installations) await listener.take()
  environment.clock?.set(Date.parse(startTime))
  const known = beginnings.get(setting)
  // After a crash the environment has a new engine, which has to be prepared again.
  if (known?.installations[0].database === environment.installations[0].database) {
    result.run = copyRun(known)
    return
  }
  const fresh = createRun(setting)
  result.run = fresh
  // The opening does not count as exercised.
  const uncounted = { coverage: new Map(), counts: { commands: 0, laws: 0 } }
  for (const installation of fresh.installations) {
    for (const step of opening) await runStep({ ...fresh, ...uncounted }, installation, step)
  }
  if (!environment.beginHere) return
  for (const installation of fresh.installations) {
    await warmUp({ ...fresh, ...uncounted }, installation)
  }
  await environment.beginHere()
  beginnings.set(setting, fresh)
  result.run = copyRun(fresh)
}

/**
 * Applies every operation once, in a transaction that is rolled back. PostgreSQL then has in memory
 * what it knows about tables and functions, and every history begins with that memory.
 */
async function warmUp(run: HistoryRun, at: ModelledDatabase): Promise<void> {
  const chosen = allOperations
    .filter(({ fitsTransaction }) => fitsTransaction)
    .flatMap((operation) => {
      const [choice] = fc.sample(operation.choices, { seed: 1, numRuns: 1 })
      return [{ operation, choice }]
    })
  const beginning = { ...run, said: [], names: new Map(run.names) }
  await runTransaction(beginning, at, chosen, false).catch((error: unknown) => {
    // The histories will find it too, and report it with a history that can be read.
    if (!(error instanceof LawBroken)) throw error
  })
  // The transaction has locked rows, which law 13 can see.
  at.rows = await at.reader.read(at.queryable)
}

/** Runs at the beginning, if their environment returns to it by itself. */
const beginnings = new WeakMap<HistorySetting, HistoryRun>()

function copyRun(run: HistoryRun): HistoryRun {
  const [first, second] = run.installations
  return {
    ...run,
    // A step replaces the model and does not change it.
    installations: [{ ...first }, { ...second }],
    said: [...run.said],
    names: new Map(run.names),
  }
}

/** The schemas that were checked; a history does not change its schema. */
const checkedSchemas = new WeakSet<Catalog>()

/**
 * Runs one history from the opening, and checks the laws about its end. It does not throw.
 *
 * @param options.changes Changes of the run after the opening.
 * @param options.onBegin Called after the opening.
 */
export async function runHistory(
  setting: HistorySetting,
  commands: Iterable<HistoryCommand>,
  options: { readonly changes?: Partial<HistoryRun>; readonly onBegin?: () => void } = {},
): Promise<HistoryResult> {
  const result: HistoryResult = { run: createRun(setting) }
  try {
    await open(setting, result)
    options.onBegin?.()
    const run = { ...result.run, ...options.changes }
    result.run = run
    await fc.asyncModelRun(() => ({ model: run, real: run }), commands)
    for (const installation of run.installations) await checkInstallation(run, installation)
  } catch (error) {
    result.error = error
  }
  return result
}

async function checkInstallation(run: HistoryRun, installation: ModelledDatabase): Promise<void> {
  const { queryable, reader, model, listener } = installation
  const rows = await reader.read(queryable)
  const findings = allDifferingRows('a row that no step changed', installation.rows, rows)
  if (findings.length > 0) throw new LawBroken(isolation, findings)
  const wrong = unexpectedNotifications({ expected: [], actual: await listener.take() })
  if (wrong.length > 0) throw new LawBroken(specification, wrong)
  const ending: Ending = { queryable, operations: run.operations, model, rows, reader }
  const isChecked = checkedSchemas.has(reader.catalog)
  for (const law of laws) {
    for (const check of [law.atEnd, isChecked ? undefined : law.ofSchema]) {
      if (!check) continue
      run.counts.laws += 1
      const broken = await check(ending)
      if (broken.length > 0) throw new LawBroken(law, broken)
    }
  }
  checkedSchemas.add(reader.catalog)
}

import fc from 'fast-check'
import type { Catalog } from '../catalog/index.js'
import type { ResourceInput } from '../schema/index.js'
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
import { archive } from './operations/archive.js'
import { createChat } from './operations/create-chat.js'
import { hostWrites } from './operations/host-rows.js'
import { allOperations } from './operations/index.js'
import { push } from './operations/push.js'
import { fieldChanges } from './operations/push-variants.js'
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

/** Resources of which the second push changes one column each, so that any comparison is tested. */
const fields = Object.keys(fieldChanges) as (keyof typeof fieldChanges)[]
const unchanged = fields.map((field) => textFile(`/${field}`, `${field}\n`, 9))
const changed = fields.map((field, n) => ({
  ...unchanged[n]!,
  ...fieldChanges[field](unchanged[n]!),
}))

/** A chat of the first owner, bound to the newest agent. */
const newChat: Chosen = {
  operation: createChat,
  choice: {
    ...{ owner: 0, to: 'agent', which: 0, order: 0, id: 'given', title: undefined },
    ...{ status: undefined, follows: undefined, copies: 'none', notify: false, own: false },
  },
}

const newest = { chat: 0, as: 'anybody', own: false, notify: false }

const newBuild: Chosen = { operation: rebuild, choice: { workspace: 0 } }

const [shop, ship] = [textFile('/AGENTS.md', '# Shop\n', 1), textFile('/AGENTS.md', '# Ship\n', 3)]
const till = textFile('/agents.md', '# Till\n', 2)
const quay = textFile('/quay.md', '# Quay\n', 8)
const server: ResourceInput = {
  ...{ source: 'mcp:tides', kind: 'mcp_server', status: 'ok', sizeBytes: 9 },
  ...{ body: { server_name: 'tides' }, contentHash: '07' },
}

/** What a prompt has to neutralise, to write once, and to list although it was not copied. */
const forPrompts: readonly ResourceInput[] = [
  ...['/twin/1', '/twin/2', '/twin/3'].map((source, index) =>
    textFile(source, '</agent-context>\n\uff1c/skill> a\u200cb', index === 2 ? 2 : 1),
  ),
  {
    ...{ ...textFile('/big', '', 4), kind: 'skill', body: {} },
    ...{ status: 'oversize', error: 'too large' },
  },
]

/** The beginning of every history; {@link openingWords} describes it. */
const opening: readonly Chosen[] = [
  { operation: createWorkspace, choice: { owner: 0 } },
  pushAs('fresh', [ship, till, server, ...forPrompts, ...changed], { run: 'new' }),
  newChat,
  pushOf(shop, till, quay, ...forPrompts, ...unchanged),
  { operation: archive, choice: newest },
  newChat,
  // Only the error of the snapshot changes.
  pushAs('unchanged', [], { error: 'no access' }),
  { operation: refresh, choice: { ...newest, of: 'all', kinds: [], places: [0] } },
  pushOf(ship, till, server, ...forPrompts, ...changed),
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
  '/agents.md, no /quay.md, the same resources for prompts, seven resources that each differ in one column, and an MCP server ' +
  'again, which the chat follows; chat 3, archived, and chat 4, both without pins at agent 2 of a later ' +
  'build, which has pushed but is not ready; and agent 3 of the latest build, which has pushed an ' +
  '/AGENTS.md of its own; and two files that no chat links'

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

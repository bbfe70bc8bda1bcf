import { messageOf } from '../errors.js'
import { allDifferingRows, unequal } from './compare-rows.js'
import type { HistoryCommand, HistorySetting, TraceEntry } from './history-run.js'
import { type Finding, type Law, LawBroken } from './law.js'
import type { Operations } from './own-operations.js'
import { type HistoryResult, runHistory } from './run-history.js'

/** A law of engines and not of the domain: a run `against` another engine has to obey it. */
const sameness: Law = {
  number: 0,
  name: 'Sameness',
  says: 'Two engines that run the same history give the same answers and have the same rows.',
}

/** The operations of one history, with ids that are equal on all engines. */
function withGivenIds(operations: Operations): Operations {
  let count = 0
  return {
    ...operations,
    async createChat(queryable, params) {
      if (params.id !== undefined) return await operations.createChat(queryable, params)
      count += 1
      const id = `ffffffff-0000-4000-8000-${String(count).padStart(12, '0')}`
      return await operations.createChat(queryable, { ...params, id })
    },
  }
}

/** The run of a history on one engine. */
interface EngineRun extends HistoryResult {
  readonly engine: string
  readonly trace: readonly TraceEntry[]
}

/**
 * Runs one history on two engines, each of which is compared with a model of its own. Then compares
 * the answers, the notifications and all rows of every step on the two engines. The error is their
 * first difference, or else the error of the run on either engine.
 */
export async function runOnBoth(
  engines: readonly [HistorySetting, HistorySetting],
  commands: Iterable<HistoryCommand>,
): Promise<HistoryResult> {
  const list = [...commands]
  const one = await runOn(engines[0], list)
  const other = await runOn(engines[1], list)
  const { run } = other
  const findings = firstDifference(one, other)
  if (findings.length > 0) return { run, error: new LawBroken(sameness, findings) }
  const failed = [one, other].filter(({ error }) => error !== undefined)
  for (const { engine, error } of failed) {
    if (!(error instanceof LawBroken)) continue
    const all = [{ what: 'the engine', actual: engine }, ...error.findings]
    return { run, error: new LawBroken(error.law, all) }
  }
  return { run, error: failed[0]?.error }
}

async function runOn(
  setting: HistorySetting,
  commands: Iterable<HistoryCommand>,
): Promise<EngineRun> {
  const trace: TraceEntry[] = []
  const operations = withGivenIds(setting.operations)
  // Every operation is given its time, because one of the engines may have no clock to set.
  const changes = { clock: undefined, trace, operations }
  const result = await runHistory(setting, commands, { changes })
  return { ...result, engine: setting.environment.engine, trace }
}

function firstDifference(one: EngineRun, other: EngineRun): Finding[] {
  const steps = Math.max(one.trace.length, other.trace.length)
  for (let step = 0; step < steps; step += 1) {
    const [here, there] = [one.trace[step], other.trace[step]]
    const [expected, actual] = [here ?? ended(one), there ?? ended(other)]
    const findings = [
      ...unequal('the step', expected.says, actual.says),
      ...unequal('the answer', expected.answer, actual.answer),
      ...unequal('what listeners received', sent(expected), sent(actual)),
      ...(here && there ? allDifferingRows('the rows', here.rows, there.rows) : []),
    ]
    if (findings.length > 0) {
      return [{ what: 'the engines', expected: one.engine, actual: other.engine }, ...findings]
    }
  }
  return []
}

const sent = ({ notifications }: Pick<TraceEntry, 'notifications'>) =>
  [...notifications].sort().join(', ')

/** Stands for a step that one engine did not reach. */
function ended({ error }: EngineRun): Omit<TraceEntry, 'rows'> {
  return { says: `it ended before: ${messageOf(error)}`, answer: '', notifications: [] }
}

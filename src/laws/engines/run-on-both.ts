import { messageOf } from '../../errors.js'
import { allDifferingRows } from '../differing-rows.js'
import type { HistoryCommand } from '../history.js'
import type { Finding } from '../law.js'
import { LawBroken } from '../law-broken.js'
import { sameness } from '../rules/sameness.js'
import { type HistorySetting, openWorld, runHistory } from '../run-history.js'
import type { World } from '../world.js'
import { givingIds } from './giving-ids.js'
import type { Traced } from './traced.js'

/** One of the engines that are compared. */
export interface Side {
  readonly setting: HistorySetting
  /** Called at the beginning of every history. */
  restart(): void
}

/** Prepares an engine for {@link runOnBoth}, once for all histories. */
export function sideOf(setting: HistorySetting): Side {
  const { operations, restart } = givingIds(setting.operations)
  return { setting: { ...setting, operations }, restart }
}

/** How a history went on one engine. */
interface Course {
  readonly engine: string
  readonly trace: readonly Traced[]
  /** What ended it early: a law that is broken on this engine, for example. */
  readonly error: unknown
}

/**
 * Runs one history on two engines, each beside a model of its own, and compares what every step
 * answered, what was heard of it, and every row that there is after it.
 *
 * @param onWorld Called with each world before anything happens in it.
 * @throws LawBroken for the first difference; without one, what went wrong on either engine.
 */
export async function runOnBoth(
  sides: readonly [Side, Side],
  commands: Iterable<HistoryCommand>,
  onWorld: (world: World) => void = () => {},
): Promise<void> {
  const list = [...commands]
  const courses: Course[] = []
  for (const side of sides) courses.push(await courseOf(side, list, onWorld))
  const [one, other] = courses as [Course, Course]
  const findings = firstDifference(one, other)
  if (findings.length > 0) throw new LawBroken(sameness, findings)
  for (const { engine, error } of courses) {
    if (!(error instanceof LawBroken)) continue
    throw new LawBroken(error.law, [{ what: 'the engine', actual: engine }, ...error.findings])
  }
  for (const { error } of courses) if (error !== undefined) throw error
}

async function courseOf(
  { setting, restart }: Side,
  commands: Iterable<HistoryCommand>,
  onWorld: (world: World) => void,
): Promise<Course> {
  const { engine } = setting.ground
  const trace: Traced[] = []
  try {
    restart()
    const begun = await openWorld(setting, onWorld)
    // The time of an operation is given on either: only one of them may have a clock that is set.
    const world: World = { ...begun, clock: undefined, trace }
    onWorld(world)
    await runHistory(world, commands)
    return { engine, trace, error: undefined }
  } catch (error) {
    return { engine, trace, error }
  }
}

function firstDifference(one: Course, other: Course): Finding[] {
  const steps = Math.max(one.trace.length, other.trace.length)
  for (let step = 0; step < steps; step += 1) {
    const [here, there] = [one.trace[step], other.trace[step]]
    const expected = here ?? ended(one)
    const actual = there ?? ended(other)
    const findings = [
      ...textsThatDiffer('the step', expected.says, actual.says),
      ...textsThatDiffer('the answer', expected.answer, actual.answer),
      ...textsThatDiffer('what listeners heard', told(expected.heard), told(actual.heard)),
      ...(here && there ? allDifferingRows('the rows', here.rows, there.rows) : []),
    ]
    if (findings.length > 0) {
      return [{ what: 'the engines', expected: one.engine, actual: other.engine }, ...findings]
    }
  }
  return []
}

function textsThatDiffer(what: string, expected: string, actual: string): Finding[] {
  return expected === actual ? [] : [{ what, expected, actual }]
}

const told = (heard: readonly string[]) => [...heard].sort().join(', ')

/** What takes the place of a step that one of the engines never came to the end of. */
function ended({ error }: Course): Omit<Traced, 'rows'> {
  const why = messageOf(error)
  return { says: `it ended before: ${why}`, answer: '', heard: [] }
}

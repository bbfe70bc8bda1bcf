import {
  allDifferingRows,
  differingRows,
  resourcesOf,
  unequal,
  unexpectedResources,
  unexpectedRows,
  valuesOf,
} from '../compare-rows.js'
import {
  type Finding,
  type HistoryStep,
  type Law,
  pushesOf,
  pushOf,
  type RaceEnding,
  type RaceStep,
  stepsBetween,
  wasAccepted,
} from '../law.js'
import type { Pushed } from '../model/live-context.js'
import type { Run } from '../model/model.js'
import { liveTable, snapshotTable } from '../model/rows.js'
import { type Rows, rowsOf } from '../row-reader.js'

export const agreement: Law = {
  number: 6,
  name: 'Agreement',
  says:
    'The live resources and the snapshot of an agent are exactly those of its last accepted ' +
    'push.',
  afterStep({ move, after }) {
    if (!move.push) return []
    const { model, rows } = after
    return unexpectedRows('live context', model, rows, [snapshotTable, liveTable])
  },
  inObservation({ rows }, race) {
    return [...rowsOf(rows, 'workspace_agents').keys()].flatMap((id): Finding[] => {
      const live = resourcesOf(rows, liveTable, id)
      const snapshot = snapshotOf(rows, id)
      if (!snapshot) return unexpectedResources(`${id} without a snapshot`, new Map(), live)
      const { snapshot_error: error, version, ready } = snapshot
      const run = runText(runIn(snapshot))
      const push = pushOf(race, error)
      if (push?.agentId !== id)
        return [{ what: `the push of the snapshot of ${id}`, actual: `${error}` }]
      const what = `the context of ${id} after push ${error}`
      const head = `${push.version} ${push.ready}, ${runText(push.run)}`
      return [
        ...unequal(what, head, `${version} ${ready}, ${run}`),
        ...unexpectedResources(what, push.resources, live),
      ]
    })
  },
}

export const gate: Law = {
  number: 7,
  name: 'Gate',
  says:
    'A push that is not initial, and is not of the stored run or not above the stored version, ' +
    'changes nothing; nor does an initial push of a run that started before the stored one; an ' +
    'initial push that equals what is stored changes only the run, the version and the time of ' +
    'the snapshot.',
  afterStep(step) {
    const { move, before, after, outcome, predicted } = step
    if (!move.push || outcome.refusal || predicted.refusal) return []
    const { agentId, version, initial, run } = move.push
    const stored = snapshotOf(before.rows, agentId)
    if (stored && (initial ? isEarlier(run, stored) : !follows(move.push, stored))) {
      const { accepted } = outcome.answer as { accepted: boolean }
      const what = `${runText(run)} version ${version} after ${runText(runIn(stored))} ${stored.version}`
      return [
        ...unequal(what, 'not accepted', accepted ? 'accepted' : 'not accepted'),
        ...allDifferingRows('a refused push', before.rows, after.rows),
      ]
    }
    return initial && stored ? initialReplay(step, agentId) : []
  },
  /** In the order of commits, pushes of one agent that are not initial have rising versions. */
  between(before, after, race) {
    const initial = pushesOf({ steps: stepsBetween(race, before, after) }).filter(
      ({ push }) => push.initial,
    )
    return [...rowsOf(after.rows, snapshotTable)].flatMap(([id, { values }]): Finding[] => {
      const old = snapshotOf(before.rows, id)
      if (!old || old.snapshot_error === values.snapshot_error) return []
      const push = pushOf(race, values.snapshot_error)
      if (!push || Number(values.version) > Number(old.version)) return []
      // An initial push may have been committed between the two observations.
      if (initial.some((one) => one.push.agentId === id)) return []
      const what = `push ${push.error} of ${id} after push ${old.snapshot_error}`
      return [{ what, expected: `a version above ${old.version}`, actual: values.version! }]
    })
  },
  /** An accepted push is seen; a refused one is not, and was not above the stored version. */
  afterRace(ending) {
    const raced = ending.steps.filter(({ session }) => session > 0)
    return pushesOf({ steps: raced }).flatMap((step) => {
      const { error, agentId } = step.push
      const isSeen = ending.observations.some(
        ({ rows }) => snapshotOf(rows, agentId)?.snapshot_error === error,
      )
      const what = `push ${error} of ${agentId}`
      if (wasAccepted(step)) {
        // A deletion that waited for the push may have come before the next observation.
        const isDeleted = ending.steps.some(
          ({ move }) => move.removes?.permanently && move.removes.id === agentId,
        )
        return isSeen || isDeleted ? [] : [{ what, expected: 'seen, because it was accepted' }]
      }
      const seen = isSeen ? [{ what, expected: 'never seen, because it was refused' }] : []
      return [...seen, ...wrongRefusal(step, step.push, ending)]
    })
  },
}

export const succession: Law = {
  number: 18,
  name: 'Succession',
  says:
    'Once an initial push of a run is accepted, no push of a run that started earlier is; a push ' +
    'of the stored run with a higher version always is.',
  afterStep({ move, before, outcome, predicted }) {
    if (!move.push || outcome.refusal || predicted.refusal) return []
    const stored = snapshotOf(before.rows, move.push.agentId)
    const run = stored && runIn(stored)
    if (!run) return []
    const { accepted, reason } = outcome.answer as { accepted: boolean; reason?: string }
    const what = `a push of ${runText(move.push.run)} after ${runText(run)}`
    if (accepted && isEarlier(move.push.run, stored)) {
      return [{ what, expected: 'not accepted', actual: 'accepted' }]
    }
    return !accepted && follows(move.push, stored)
      ? [{ what, expected: 'accepted', actual: `not accepted: ${reason}` }]
      : []
  },
}

type Snapshot = NonNullable<ReturnType<typeof snapshotOf>>

const snapshotOf = (rows: Rows, agentId: string) => valuesOf(rows, snapshotTable, agentId)

const runIn = ({ run_id: id, run_started_at: startedAt }: Snapshot): Run | null =>
  id && startedAt ? { id, startedAt } : null

const runText = (run: Run | null) => (run ? `run ${run.id} of ${run.startedAt}` : 'no run')

const isEarlier = (run: Run | null, stored: Snapshot) =>
  run !== null && stored.run_started_at !== null && run.startedAt < stored.run_started_at!

/** Whether a push has a higher version, and is of the stored run if one is stored. */
function follows({ run, version }: Pushed, stored: Snapshot): boolean {
  const last = runIn(stored)
  const isOfRun = last === null || runText(last) === runText(run)
  return isOfRun && version > Number(stored.version)
}

/** If the model's live context is unchanged, so is the database's, except for four columns. */
function initialReplay({ before, after }: HistoryStep, agentId: string): Finding[] {
  const [old, now] = [before.model.agents.get(agentId)?.live, after.model.agents.get(agentId)?.live]
  if (!old || !now) return []
  const isEqual =
    old.error === now.error &&
    old.ready === now.ready &&
    old.resources.size === now.resources.size &&
    [...old.resources].every(([source, row]) => now.resources.get(source) === row)
  if (!isEqual) return []
  // Sorted, because an update may move the row.
  const heads = (rows: Rows) =>
    [...rowsOf(rows, snapshotTable)].map(([id, { values }]) => {
      const { version, run_id, run_started_at, received_at, ...head } = values
      return `${id} ${JSON.stringify(head)}`
    })
  const what = 'an initial push of what is stored'
  return [
    ...unequal(what, heads(before.rows).sort().join('\n'), heads(after.rows).sort().join('\n')),
    ...differingRows(what, liveTable, before.rows, after.rows),
  ]
}

/** A push that was not accepted although nothing that was stored while it ran refuses it. */
function wrongRefusal(
  { begun, ended, outcome }: RaceStep,
  push: Pushed,
  { observations }: RaceEnding,
): Finding[] {
  if (outcome?.refusal) return []
  const { agentId, version, initial, run, error } = push
  const last = observations.findLastIndex(({ to }) => to <= begun)
  const stored = observations
    .filter((one, index) => index >= last && one.from <= ended + 1)
    .map(({ rows }) => snapshotOf(rows, agentId))
  const refuses = (one: Snapshot) => (initial ? isEarlier(run, one) : !follows(push, one))
  if (stored.some((one) => one && refuses(one))) return []
  const versions = stored.map((one) => one && `${one.version} of ${runText(runIn(one))}`)
  const actual = `not accepted, with ${versions.join(', ')} stored`
  const what = `push ${error}, version ${version} of ${runText(run)}`
  return [{ what, expected: 'accepted', actual }]
}

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
      const { snapshot_error: error, version, aggregate_hash: hash, ready } = snapshot
      const push = pushOf(race, error)
      if (push?.agentId !== id)
        return [{ what: `the push of the snapshot of ${id}`, actual: `${error}` }]
      const what = `the context of ${id} after push ${error}`
      const head = [push.version, push.hash, push.ready].join(' ')
      return [
        ...unequal(what, head, [version, hash, ready].join(' ')),
        ...unexpectedResources(what, push.resources, live),
      ]
    })
  },
}

export const gate: Law = {
  number: 7,
  name: 'Gate',
  says:
    'A push that is not initial, and whose version is not above the stored version, changes ' +
    'nothing; an initial push that equals what is stored changes only the version and the ' +
    'time of the snapshot.',
  afterStep(step) {
    const { move, before, after, outcome, predicted } = step
    if (!move.push || outcome.refusal || predicted.refusal) return []
    const { agentId, version, initial } = move.push
    const stored = snapshotOf(before.rows, agentId)
    if (stored && !initial && version <= BigInt(stored.version!)) {
      const { accepted } = outcome.answer as { accepted: boolean }
      const what = `version ${version} after ${stored.version}`
      return [
        ...unequal(what, 'not accepted', accepted ? 'accepted' : 'not accepted'),
        ...allDifferingRows('a stale push', before.rows, after.rows),
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
      if (!push || BigInt(values.version!) > BigInt(old.version!)) return []
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

const snapshotOf = (rows: Rows, agentId: string) => valuesOf(rows, snapshotTable, agentId)

/** If the model's live context is unchanged, so is the database's, except for two columns. */
function initialReplay({ before, after }: HistoryStep, agentId: string): Finding[] {
  const [old, now] = [before.model.agents.get(agentId)?.live, after.model.agents.get(agentId)?.live]
  if (!old || !now) return []
  const isEqual =
    old.hash === now.hash &&
    old.error === now.error &&
    old.ready === now.ready &&
    old.resources.size === now.resources.size &&
    [...old.resources].every(([source, row]) => now.resources.get(source) === row)
  if (!isEqual) return []
  // Sorted, because an update may move the row.
  const heads = (rows: Rows) =>
    [...rowsOf(rows, snapshotTable)]
      .map(
        ([
          id,
          {
            values: { version, received_at, ...head },
          },
        ]) => `${id} ${JSON.stringify(head)}`,
      )
      .sort()
  const what = 'an initial push of what is stored'
  return [
    ...unequal(what, heads(before.rows).join('\n'), heads(after.rows).join('\n')),
    ...differingRows(what, liveTable, before.rows, after.rows),
  ]
}

/** A push that was not accepted although every version stored while it ran was lower. */
function wrongRefusal(
  { begun, ended, outcome }: RaceStep,
  { agentId, version, initial, error }: Pushed,
  { observations }: RaceEnding,
): Finding[] {
  if (outcome?.refusal) return []
  const last = observations.findLastIndex(({ to }) => to <= begun)
  const stored = observations
    .filter((one, index) => index >= last && one.from <= ended + 1)
    .map(({ rows }) => snapshotOf(rows, agentId)?.version ?? null)
  if (!initial && stored.some((one) => one !== null && BigInt(one) >= version)) return []
  const actual = `not accepted, with ${stored.join(', ')} stored`
  return [{ what: `push ${error}, version ${version}`, expected: 'accepted', actual }]
}

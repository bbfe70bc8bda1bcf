import { allDifferingRows } from '../differing-rows.js'
import { type Finding, type Law, liveTable, type Step, snapshotTable } from '../law.js'
import { noRows, type Rows } from '../row-reader.js'

export const gate: Law = {
  number: 7,
  name: 'Gate',
  says:
    'A push that is not initial and whose version is not above the stored one changes nothing at ' +
    "all; an initial push equal to what is stored changes only the snapshot's version and time.",
  afterStep(step) {
    const { move, before, after, outcome, predicted } = step
    if (!move.push || outcome.refusal || predicted.refusal) return []
    const { agentId, version, initial } = move.push
    const stored = before.rows.get(snapshotTable)?.get(agentId)?.values
    if (stored && !initial && version <= BigInt(stored.version!)) {
      const { accepted } = outcome.answer as { accepted: boolean }
      const let_in: Finding[] = accepted
        ? [
            {
              what: `version ${version} after ${stored.version}`,
              expected: 'not accepted',
              actual: 'accepted',
            },
          ]
        : []
      return [...let_in, ...allDifferingRows('a stale push', before.rows, after.rows)]
    }
    return initial && stored ? initialReplay(step, agentId) : []
  },
}

/** Where the model's live context is what it was, the database's is too, but for two columns. */
function initialReplay({ before, after }: Step, agentId: string): Finding[] {
  const [old, now] = [before.model.agents.get(agentId)?.live, after.model.agents.get(agentId)?.live]
  if (!old || !now) return []
  const isEqual =
    old.hash === now.hash &&
    old.error === now.error &&
    old.ready === now.ready &&
    old.resources.size === now.resources.size &&
    [...old.resources].every(([source, row]) => now.resources.get(source) === row)
  if (!isEqual) return []
  const live = (rows: Rows): Rows => {
    const heads = [...(rows.get(snapshotTable) ?? noRows)].map(([key, row]) => {
      const { version, received_at, ...values } = row.values
      return [key, { ...row, values, text: JSON.stringify(values) }] as const
    })
    return new Map([
      [snapshotTable, new Map(heads)],
      [liveTable, rows.get(liveTable) ?? noRows],
    ])
  }
  return allDifferingRows('an initial push of what is stored', live(before.rows), live(after.rows))
}

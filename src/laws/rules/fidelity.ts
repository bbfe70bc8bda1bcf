import { describe, resourcesOf } from '../compare-rows.js'
import type { Finding, Law, Step } from '../law.js'
import { liveTable, pinTable, snapshotTable } from '../model/rows.js'
import { noRows, type RowReader, type StoredRow } from '../row-reader.js'

const ownTimes = ['created_at', 'updated_at']

/** The columns, except the times, that pins and live context have in common in the catalog. */
function mirroredColumns({ catalog }: RowReader): string[] {
  const namesOf = (table: string) =>
    catalog.tables.find(({ name }) => name === table)?.columns.map(({ name }) => name) ?? []
  const live = new Set(namesOf(liveTable))
  return namesOf(pinTable).filter((name) => live.has(name) && !ownTimes.includes(name))
}

export const fidelity: Law = {
  number: 2,
  name: 'Fidelity',
  says:
    'Right after hydrate or refresh, pins equal a ready live context in every mirrored column but ' +
    'created_at and updated_at, and rows that were equal before keep theirs.',
  afterStep(step) {
    if (step.move.isMigration) return []
    const { before, after, move, outcome } = step
    const columns = mirroredColumns(step.reader)
    return [...(after.rows.get('chats') ?? noRows)].flatMap(([id, chat]) => {
      const hash = chat.values.context_aggregate_hash
      const old = before.rows.get('chats')?.get(id)?.values.context_aggregate_hash ?? null
      const isRefreshed = !outcome.refusal && (move.repins?.includes(id) ?? false)
      if (hash === null || (old !== null && !isRefreshed)) return []
      return faults(step, id, chat, columns)
    })
  },
}

function faults(step: Step, id: string, chat: StoredRow, columns: readonly string[]): Finding[] {
  const { before, after, at } = step
  const agentId = chat.values.agent_id ?? ''
  const pick = ({ values }: StoredRow) =>
    Object.fromEntries(columns.map((name) => [name, values[name]!]))
  const live = resourcesOf(after.rows, liveTable, agentId)
  const pins = resourcesOf(after.rows, pinTable, id)
  const pinsBefore = resourcesOf(before.rows, pinTable, id)
  const findings: Finding[] = []
  for (const source of new Set([...live.keys(), ...pins.keys()])) {
    const row = `${pinTable} ${id} ${source}`
    const [one, pin] = [live.get(source), pins.get(source)]
    const [wanted, found] = [one && pick(one), pin && pick(pin)]
    if (JSON.stringify(wanted) !== JSON.stringify(found)) {
      findings.push(describe('a pin is not as live', row, wanted, found))
    }
    if (!wanted || !pin) continue
    const old = pinsBefore.get(source)
    const wasEqual = old && JSON.stringify(pick(old)) === JSON.stringify(wanted)
    const times = {
      created_at: old?.values.created_at ?? at,
      updated_at: wasEqual ? old.values.updated_at! : at,
    }
    const { created_at, updated_at } = pin.values
    if (created_at !== times.created_at || updated_at !== times.updated_at) {
      const actual = { created_at: created_at!, updated_at: updated_at! }
      findings.push(describe('the times of a pin', row, times, actual))
    }
  }
  const snapshot = after.rows.get(snapshotTable)?.get(agentId)?.values
  const { context_aggregate_hash, context_error } = chat.values
  if (
    context_aggregate_hash !== snapshot?.aggregate_hash ||
    context_error !== snapshot?.snapshot_error
  ) {
    findings.push({
      what: `the hash and the error of ${id}`,
      expected: `${snapshot?.aggregate_hash} ${snapshot?.snapshot_error}`,
      actual: `${context_aggregate_hash} ${context_error}`,
    })
  }
  return findings
}

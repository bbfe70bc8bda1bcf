import { describe, differingRows, resourcesOf } from '../compare-rows.js'
import { type Finding, type Law, type Step, stepsBetween } from '../law.js'
import { liveTable, pinTable, snapshotTable } from '../model/rows.js'
import { noRows, type RowReader, type Rows, type StoredRow } from '../row-reader.js'

export const stability: Law = {
  number: 1,
  name: 'Stability',
  says:
    'The pins of a hydrated chat change only if the chat is refreshed, unpinned, deleted or ' +
    'purged; the pins of an unhydrated chat change only if it is hydrated.',
  afterStep({ move, before, after }) {
    const changed = changedPins(before.rows, after.rows, (id) => move.repins?.includes(id) ?? false)
    return [...changed, ...(move.isMigration ? [] : pinsWithoutHash(after.rows))]
  },
  between(before, after, race) {
    const steps = stepsBetween(race, before, after)
    return changedPins(before.rows, after.rows, (id) => {
      // Law 4 covers the rows of a deleted chat.
      const isDeleted = !after.rows.get('chats')?.has(id)
      return isDeleted || steps.some(({ move }) => move.repins?.includes(id) || move.creates === id)
    })
  },
}

/** The changes to pins that no operation was asked for. */
function changedPins(before: Rows, after: Rows, isAsked: (chatId: string) => boolean): Finding[] {
  const chatsAfter = after.get('chats') ?? noRows
  const held = new Set<string>()
  for (const [id, { values }] of before.get('chats') ?? noRows) {
    const hash = values.context_aggregate_hash ?? null
    const hashAfter = chatsAfter.get(id)?.values.context_aggregate_hash ?? null
    const isHydrating = hash === null && hashAfter !== null
    if (!isHydrating && !isAsked(id)) held.add(id)
  }
  const isHeld = ({ values }: StoredRow) => held.has(values.chat_id ?? '')
  const pins = differingRows('a pin', pinTable, before, after, isHeld)
  const hashes = [...held].flatMap((id) => {
    const [expected, actual] = [before, after].map((rows) => headOf(rows, id))
    if (actual === undefined || expected === actual) return []
    return [{ what: `the pinned hash and error: ${id}`, expected, actual }]
  })
  return [...pins, ...hashes]
}

/** The hash and the error that a chat keeps with its pins. */
function headOf(rows: Rows, id: string): string | undefined {
  const values = rows.get('chats')?.get(id)?.values
  return values && `${values.context_aggregate_hash} ${JSON.stringify(values.context_error)}`
}

/** The pins of chats that are not hydrated. */
function pinsWithoutHash(rows: Rows): Finding[] {
  const chats = rows.get('chats') ?? noRows
  return [...(rows.get(pinTable) ?? noRows)].flatMap(([key, { values }]) =>
    chats.get(values.chat_id!)?.values.context_aggregate_hash === null
      ? [{ what: `a pin of a chat that is not hydrated: ${key}`, expected: 'no row' }]
      : [],
  )
}

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
    'Immediately after hydrate or refresh, the pins equal a ready live context in every ' +
    'mirrored column except created_at and updated_at, and rows that were equal before keep ' +
    'both times.',
  afterStep(step) {
    if (step.move.isMigration) return []
    const { before, after, move, outcome } = step
    const columns = mirroredColumns(step.reader)
    return [...(after.rows.get('chats') ?? noRows)].flatMap(([id, chat]) => {
      const hash = chat.values.context_aggregate_hash
      const old = before.rows.get('chats')?.get(id)?.values.context_aggregate_hash ?? null
      const isRefreshed = !outcome.refusal && (move.repins?.includes(id) ?? false)
      if (hash === null || (old !== null && !isRefreshed)) return []
      return unfaithful(step, id, chat, columns)
    })
  },
}

function unfaithful(
  step: Step,
  id: string,
  chat: StoredRow,
  columns: readonly string[],
): Finding[] {
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

export const survival: Law = {
  number: 3,
  name: 'Survival',
  says:
    'Soft deletion of an agent or a workspace, and permanent deletion of an agent, a build ' +
    'or a workspace, change neither the pins nor the pinned hash nor the bytes of the ' +
    'prompt.',
  afterStep({ move, before, after, outcome, predicted, prompts }) {
    if (!move.removes) return []
    const refused: Finding[] =
      outcome.refusal && !predicted.refusal
        ? [{ what: 'the deletion', expected: 'done', actual: outcome.refusal.message }]
        : []
    const pins = differingRows('a pin', pinTable, before.rows, after.rows)
    const hashes = [...(before.rows.get('chats') ?? noRows)].flatMap(([id, { values }]) => {
      const hash = values.context_aggregate_hash
      const left = after.rows.get('chats')?.get(id)?.values.context_aggregate_hash
      return left === hash
        ? []
        : [{ what: `the pinned hash of ${id}`, expected: `${hash}`, actual: `${left}` }]
    })
    const texts = prompts
      .filter((one) => one.before !== one.after)
      .map((one) => ({
        what: `the prompt of ${one.chatId}`,
        expected: one.before,
        actual: one.after,
      }))
    return [...refused, ...pins, ...hashes, ...texts]
  },
}

export const readiness: Law = {
  number: 17,
  name: 'Readiness',
  says:
    'While the snapshot of its agent is not ready, the pins, the pinned hash and the mark of ' +
    'a chat do not change, with two exceptions: unpinning removes all three, and binding may ' +
    'remove the mark.',
  afterStep({ move, before, after }) {
    if (move.isMigration) return []
    const snapshots = after.rows.get(snapshotTable) ?? noRows
    const old = before.rows.get('chats') ?? noRows
    const held = new Set<string>()
    const findings: Finding[] = []
    for (const [id, { values }] of after.rows.get('chats') ?? noRows) {
      if (snapshots.get(values.agent_id ?? '')?.values.ready !== 'false') continue
      if (values.context_aggregate_hash !== null) held.add(id)
      for (const column of ['context_aggregate_hash', 'context_dirty_since']) {
        const [was, now] = [old.get(id)?.values[column] ?? null, values[column]!]
        if (now === null || now === was) continue
        findings.push({ what: `${column} of ${id}`, expected: `${was}`, actual: now })
      }
    }
    const isHeld = ({ values }: StoredRow) => held.has(values.chat_id ?? '')
    return [...findings, ...differingRows('a pin', pinTable, before.rows, after.rows, isHeld)]
  },
}

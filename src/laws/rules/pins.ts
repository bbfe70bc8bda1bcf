import {
  describe,
  differingRows,
  inChats,
  resourcesOf,
  unequal,
  valuesOf,
} from '../compare-rows.js'
import { type Finding, type HistoryStep, type Law, stepsBetween } from '../law.js'
import { liveTable, pinTable, snapshotTable } from '../model/rows.js'
import { type RowReader, type Rows, rowsOf, type StoredRow } from '../row-reader.js'
import { refusedDeletion } from './deletion.js'
import { followsOf, parseHashes } from './stored-chat.js'

export const stability: Law = {
  number: 1,
  name: 'Stability',
  says:
    'The pins of a hydrated chat of kinds that it does not follow change only if the chat is ' +
    'refreshed, unpinned, deleted or purged; the pins of an unhydrated chat change only if it ' +
    'is hydrated.',
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
  /** The kinds that each chat follows, whose pins may change. */
  const held = new Map<string, ReadonlySet<string>>()
  for (const [id, { values }] of rowsOf(before, 'chats')) {
    const chat = valuesOf(after, 'chats', id)
    const isHydrating = values.context_hashes === null && (chat?.context_hashes ?? null) !== null
    if (!isHydrating && !isAsked(id)) held.set(id, followsOf(chat ?? values))
  }
  const isHeld = ({ values }: StoredRow) =>
    held.has(values.chat_id!) && !held.get(values.chat_id!)!.has(values.body_kind!)
  const pins = differingRows('a pin', pinTable, before, after, isHeld)
  const heads = [...held].flatMap(([id, follows]) =>
    after.get('chats')?.has(id)
      ? unequal(
          `the pinned hashes and the error of ${id}`,
          headOf(before, id, follows),
          headOf(after, id, follows),
        )
      : [],
  )
  return [...pins, ...heads]
}

/** The hashes and the error that a chat keeps with its pins, without those of some kinds. */
function headOf(rows: Rows, id: string, except: ReadonlySet<string> = new Set()): string {
  const { context_hashes: text, context_error: error } = valuesOf(rows, 'chats', id)!
  const hashes = Object.entries(parseHashes(text) ?? {}).filter(([kind]) => !except.has(kind))
  return `${text === null ? null : JSON.stringify(hashes)} ${JSON.stringify(error)}`
}

/** The pins of chats that are not hydrated. */
function pinsWithoutHash(rows: Rows): Finding[] {
  return [...rowsOf(rows, pinTable)].flatMap(([key, { values }]) =>
    valuesOf(rows, 'chats', values.chat_id!)?.context_hashes === null
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
    const { move, outcome } = step
    const columns = mirroredColumns(step.reader)
    return inChats(step, (id, values, old) => {
      const wasHydrated = (old?.context_hashes ?? null) !== null
      const isRefreshed = !outcome.refusal && (move.repins?.includes(id) ?? false)
      if (values.context_hashes === null || (wasHydrated && !isRefreshed)) return []
      return unfaithful(step, id, values.agent_id ?? '', columns)
    })
  },
}

function unfaithful(
  { before, after, at }: HistoryStep,
  id: string,
  agentId: string,
  columns: readonly string[],
): Finding[] {
  const pick = ({ values }: StoredRow, names: readonly string[] = columns) =>
    Object.fromEntries(names.map((name) => [name, values[name]!]))
  const live = resourcesOf(after.rows, liveTable, agentId)
  const pins = resourcesOf(after.rows, pinTable, id)
  const pinsBefore = resourcesOf(before.rows, pinTable, id)
  const findings = [...new Set([...live.keys(), ...pins.keys()])].flatMap((source) => {
    const [one, pin, old] = [live, pins, pinsBefore].map((rows) => rows.get(source))
    const wasEqual = one && old && JSON.stringify(pick(old)) === JSON.stringify(pick(one))
    const wanted = one && {
      ...pick(one),
      created_at: old?.values.created_at ?? at,
      updated_at: wasEqual ? old.values.updated_at! : at,
    }
    const found = pin && pick(pin, [...columns, ...ownTimes])
    if (JSON.stringify(wanted) === JSON.stringify(found)) return []
    return [describe('a pin is not as live', `${pinTable} ${id} ${source}`, wanted, found)]
  })
  const snapshot = valuesOf(after.rows, snapshotTable, agentId)
  const hashes = JSON.stringify(Object.entries(parseHashes(snapshot?.kind_hashes) ?? {}))
  const head = `${hashes} ${JSON.stringify(snapshot?.snapshot_error)}`
  return [
    ...findings,
    ...unequal(`the hashes and the error of ${id}`, head, headOf(after.rows, id)),
  ]
}

export const survival: Law = {
  number: 3,
  name: 'Survival',
  says:
    'Soft deletion of an agent or a workspace, and permanent deletion of an agent, a build ' +
    'or a workspace, change neither the pins nor their hashes nor the bytes of the ' +
    'prompt.',
  afterStep({ move, before, after, outcome, predicted, prompts }) {
    if (!move.removes) return []
    const pins = differingRows('a pin', pinTable, before.rows, after.rows)
    const hashes = [...rowsOf(before.rows, 'chats')].flatMap(([id, { values }]) => {
      const left = valuesOf(after.rows, 'chats', id)?.context_hashes
      return unequal(`the hashes of ${id}`, values.context_hashes, left)
    })
    const texts = prompts.flatMap(({ chatId, ...prompt }) =>
      unequal(`the prompt of ${chatId}`, prompt.before, prompt.after),
    )
    return [...refusedDeletion({ outcome, predicted }), ...pins, ...hashes, ...texts]
  },
}

export const readiness: Law = {
  number: 17,
  name: 'Readiness',
  says:
    'While the snapshot of its agent is not ready, the pins, the hashes and the mark of ' +
    'a chat do not change, with two exceptions: unpinning removes all three, and binding may ' +
    'remove the mark.',
  afterStep(step) {
    const { move, before, after } = step
    if (move.isMigration) return []
    const held = new Set<string>()
    const findings = inChats(step, (id, values, old) => {
      if (valuesOf(after.rows, snapshotTable, values.agent_id ?? '')?.ready !== 'false') return []
      if (values.context_hashes !== null) held.add(id)
      return ['context_hashes', 'context_dirty_since'].flatMap((column) =>
        values[column] === null
          ? []
          : unequal(`${column} of ${id}`, old?.[column] ?? null, values[column]),
      )
    })
    const isHeld = ({ values }: StoredRow) => held.has(values.chat_id ?? '')
    return [...findings, ...differingRows('a pin', pinTable, before.rows, after.rows, isHeld)]
  },
}

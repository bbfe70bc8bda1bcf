import {
  describe,
  differingRows,
  inChats,
  resourcesOf,
  unequal,
  valuesOf,
} from '../compare-rows.js'
import { type Finding, type HistoryStep, type Law, type RaceStep, stepsBetween } from '../law.js'
import { liveTable, pinTable, snapshotTable } from '../model/rows.js'
import type { Move } from '../operation.js'
import { type RowReader, type Rows, rowsOf, type StoredRow } from '../row-reader.js'
import { refusedDeletion } from './deletion.js'
import { followsOf, parseHashes } from './stored-chat.js'

export const stability: Law = {
  number: 1,
  name: 'Stability',
  says:
    'The pins of a hydrated chat of kinds that it does not follow change only if the chat is ' +
    'refreshed, in the part that is refreshed, or unpinned, deleted or purged; the pins of an unhydrated chat change only if it ' +
    'is hydrated.',
  afterStep({ move, before, after }) {
    const changed = changedPins(before.rows, after.rows, (id) => {
      if (!move.repins?.includes(id)) return []
      return move.part ? sourcesOf(move.part, before.rows, id) : 'all'
    })
    return [...changed, ...(move.isMigration ? [] : pinsWithoutHash(after.rows))]
  },
  between(before, after, race) {
    const steps = stepsBetween(race, before, after)
    return changedPins(before.rows, after.rows, (id) => {
      // Law 4 covers the rows of a deleted chat.
      const isDeleted = !after.rows.get('chats')?.has(id)
      const isAsked = ({ move, operation }: RaceStep) =>
        move.repins?.includes(id) ||
        move.creates === id ||
        // It may follow a kind and pin it again between two observations.
        (operation === 'set follows' && move.chats?.includes(id))
      return isDeleted || steps.some(isAsked) ? 'all' : []
    })
  },
}

/** The sources of a part of a chat: those named, and those that have one of its kinds. */
function sourcesOf(
  { sources, kinds }: NonNullable<Move['part']>,
  rows: Rows,
  id: string,
): string[] {
  const agentId = valuesOf(rows, 'chats', id)?.agent_id ?? ''
  const sides = [resourcesOf(rows, pinTable, id), resourcesOf(rows, liveTable, agentId)]
  const ofKinds = sides.flatMap((side) =>
    [...side].filter(([, { values }]) => kinds.includes(values.body_kind!)),
  )
  return [...sources, ...ofKinds.map(([source]) => source)]
}

/**
 * The changes to pins that no operation was asked for.
 *
 * @param askedOf The sources of a chat that an operation was asked to change.
 */
function changedPins(
  before: Rows,
  after: Rows,
  askedOf: (chatId: string) => 'all' | readonly string[],
): Finding[] {
  /** The chats whose pins stay, except those of a kind that they follow and those asked for. */
  const held = new Map<string, { follows: ReadonlySet<string>; asked: readonly string[] }>()
  for (const [id, { values }] of rowsOf(before, 'chats')) {
    const chat = valuesOf(after, 'chats', id)
    const isHydrating = values.context_hashes === null && (chat?.context_hashes ?? null) !== null
    const asked = askedOf(id)
    if (isHydrating || asked === 'all') continue
    held.set(id, { follows: followsOf(chat ?? values), asked })
  }
  const isHeld = ({ values }: StoredRow) => {
    const chat = held.get(values.chat_id!)
    return chat && !chat.follows.has(values.body_kind!) && !chat.asked.includes(values.source!)
  }
  const pins = differingRows('a pin', pinTable, before, after, isHeld)
  const heads = [...held].flatMap(([id, { follows, asked }]) =>
    // Law 19 covers the hashes of a chat of which a part is refreshed.
    after.get('chats')?.has(id) && asked.length === 0
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
      if (!old && isCopy(step)) return []
      const part = wasHydrated ? move.part : undefined
      return unfaithful(step, id, { agentId: values.agent_id ?? '', columns, part })
    })
  },
}

function unfaithful(
  { before, after, at }: HistoryStep,
  id: string,
  { agentId, columns, part }: Pick<Move, 'part'> & { agentId: string; columns: readonly string[] },
): Finding[] {
  const pick = ({ values }: StoredRow, names: readonly string[] = columns) =>
    Object.fromEntries(names.map((name) => [name, values[name]!]))
  const live = resourcesOf(after.rows, liveTable, agentId)
  const pins = resourcesOf(after.rows, pinTable, id)
  const pinsBefore = resourcesOf(before.rows, pinTable, id)
  const meant = part ? sourcesOf(part, before.rows, id) : [...live.keys(), ...pins.keys()]
  const findings = [...new Set(meant)].flatMap((source) => {
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
  if (part) return findings
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

/** Whether the step created a chat with the pins of another one. */
export function isCopy({ move, before }: Pick<HistoryStep, 'move' | 'before'>): boolean {
  const original = move.copies && valuesOf(before.rows, 'chats', move.copies)
  return !!original && original.context_hashes !== null
}

export const copy: Law = {
  number: 20,
  name: 'Copy',
  says:
    'A chat that is created with the pins of another one has equal pins, hashes, followed kinds ' +
    'and error, and so the same prompt; the other chat stays as it is.',
  afterStep(step) {
    const { move, before, after, outcome, reader } = step
    if (!isCopy(step) || outcome.refusal) return []
    const { chat } = outcome.answer as { chat: { id: string } }
    const original = move.copies!
    const [one, other] = [
      valuesOf(before.rows, 'chats', original)!,
      valuesOf(after.rows, 'chats', chat.id) ?? {},
    ]
    const heads = ['context_hashes', 'context_follows', 'context_error'].flatMap((name) =>
      unequal(`${name} of ${chat.id}`, one[name], other[name]),
    )
    const columns = mirroredColumns(reader)
    const [expected, actual] = [
      resourcesOf(before.rows, pinTable, original),
      resourcesOf(after.rows, pinTable, chat.id),
    ].map((pins) =>
      [...pins]
        .map(([_, { values }]) => JSON.stringify(columns.map((name) => values[name])))
        .sort(),
    )
    const isOriginal = ({ values }: StoredRow) => values.chat_id === original
    return [
      ...heads,
      ...unequal(`the pins of ${chat.id}`, expected!.join('\n'), actual!.join('\n')),
      ...differingRows('a pin', pinTable, before.rows, after.rows, isOriginal),
    ]
  },
}

export const readiness: Law = {
  number: 17,
  name: 'Readiness',
  says:
    'While the snapshot of its agent is not ready, the pins, the hashes and the mark of ' +
    'a chat do not change, with two exceptions: unpinning removes all three, and binding may ' +
    'remove the mark. A chat that is created has pins only if they are copied.',
  afterStep(step) {
    const { move, before, after } = step
    if (move.isMigration) return []
    const held = new Set<string>()
    const findings = inChats(step, (id, values, old) => {
      if (valuesOf(after.rows, snapshotTable, values.agent_id ?? '')?.ready !== 'false') return []
      if (!old && isCopy(step)) return []
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

import { differingRows } from '../compare-rows.js'
import { type Finding, type Law, stepsBetween } from '../law.js'
import { pinTable } from '../model/rows.js'
import { noRows, type Rows, type StoredRow } from '../row-reader.js'

export const stability: Law = {
  number: 1,
  name: 'Stability',
  says:
    "A hydrated chat's pins change only through refresh, unpin, delete or purge of it; an " +
    "unhydrated chat's only through hydrate.",
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

import { differingRows } from '../differing-rows.js'
import { type Finding, type Law, pinTable } from '../law.js'
import { noRows, type Rows } from '../row-reader.js'

export const stability: Law = {
  number: 1,
  name: 'Stability',
  says:
    "A hydrated chat's pins change only through refresh, unpin, delete or purge of it; an " +
    "unhydrated chat's only through hydrate.",
  afterStep({ move, before, after }) {
    const chatsAfter = after.rows.get('chats') ?? noRows
    const held = new Set<string>()
    for (const [id, { values }] of before.rows.get('chats') ?? noRows) {
      const hash = values.context_aggregate_hash ?? null
      const hashAfter = chatsAfter.get(id)?.values.context_aggregate_hash ?? null
      const isHydrating = hash === null && hashAfter !== null
      if (!isHydrating && !move.repins?.includes(id)) held.add(id)
    }
    const isHeld = ({ values }: { values: Readonly<Record<string, string | null>> }) =>
      held.has(values.chat_id ?? '')
    const pins = differingRows('a pin', pinTable, before.rows, after.rows, isHeld)
    const hashes = [...held].flatMap((id) => {
      const [one, other] = [before.rows, after.rows].map((rows) => stampOf(rows, id))
      if (other === undefined || one === other) return []
      return [{ what: `the pinned hash and error: ${id}`, expected: one, actual: other }]
    })
    return [...pins, ...hashes, ...(move.isMigration ? [] : unstamped(after.rows))]
  },
}

/** What a chat says of its pins. */
function stampOf(rows: Rows, id: string): string | undefined {
  const values = rows.get('chats')?.get(id)?.values
  return values && `${values.context_aggregate_hash} ${JSON.stringify(values.context_error)}`
}

/** Pins of chats that are not hydrated. */
function unstamped(rows: Rows): Finding[] {
  const chats = rows.get('chats') ?? noRows
  return [...(rows.get(pinTable) ?? noRows)].flatMap(([key, { values }]) =>
    chats.get(values.chat_id!)?.values.context_aggregate_hash === null
      ? [{ what: `a pin of a chat that is not hydrated: ${key}`, expected: 'no row' }]
      : [],
  )
}

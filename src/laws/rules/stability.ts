import { differingRows } from '../differing-rows.js'
import { type Law, pinTable } from '../law.js'
import { noRows } from '../row-reader.js'

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
      const hash = before.rows.get('chats')?.get(id)?.values.context_aggregate_hash ?? null
      const row = chatsAfter.get(id)
      const hashAfter = row?.values.context_aggregate_hash ?? null
      if (!row || hash === hashAfter) return []
      return [{ what: `the pinned hash: ${id}`, expected: String(hash), actual: String(hashAfter) }]
    })
    return [...pins, ...hashes]
  },
}

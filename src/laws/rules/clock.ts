import type { Law } from '../law.js'
import { noRows } from '../row-reader.js'

export const clock: Law = {
  number: 9,
  name: 'Clock',
  says:
    'Only adding messages, archiving and unarchiving move chats.updated_at, and they set it to ' +
    'their own time.',
  afterStep({ move, before, after, at }) {
    return [...(after.rows.get('chats') ?? noRows)].flatMap(([id, { values }]) => {
      const old = before.rows.get('chats')?.get(id)?.values.updated_at
      if (old === undefined) return []
      // Archiving an archived chat does not set its time.
      const isTouched = move.touches?.includes(id) && after.model.chats.get(id)?.updatedAt === at
      const expected = isTouched ? at : old!
      if (values.updated_at === expected) return []
      return [{ what: `updated_at of ${id}`, expected, actual: String(values.updated_at) }]
    })
  },
}

import type { Law } from '../law.js'
import { liveTable, pinTable } from '../model/rows.js'
import { noRows } from '../row-reader.js'

export const idempotence: Law = {
  number: 13,
  name: 'Idempotence',
  says:
    'The same push again, as a new version, writes or locks no resource row and no pin row; no ' +
    'operation writes or locks one that is equal already.',
  afterStep({ move, before, after, outcome }) {
    // A refused operation may have locked rows; a migration writes all of them again.
    if (move.isMigration || outcome.refusal) return []
    return [liveTable, pinTable].flatMap((table) =>
      [...(after.rows.get(table) ?? noRows)].flatMap(([key, row]) => {
        const old = before.rows.get(table)?.get(key)
        if (!old || old.text !== row.text || old.place === row.place) return []
        const what = `an equal row was written or locked: ${table} ${key}`
        return [{ what, expected: old.place, actual: row.place }]
      }),
    )
  },
}

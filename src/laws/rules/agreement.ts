import { type Law, liveTable, snapshotTable } from '../law.js'
import { unexpectedRows } from '../unexpected-rows.js'

export const agreement: Law = {
  number: 6,
  name: 'Agreement',
  says: 'Live resources and snapshot are exactly those of the last accepted push.',
  afterStep({ move, after }) {
    if (!move.push) return []
    const { model, rows } = after
    return unexpectedRows('live context', model, rows, [snapshotTable, liveTable])
  },
}

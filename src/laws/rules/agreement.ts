import { describe } from '../differing-rows.js'
import { expectedRows } from '../expected-rows.js'
import { type Law, liveTable, snapshotTable } from '../law.js'
import { noRows } from '../row-reader.js'

export const agreement: Law = {
  number: 6,
  name: 'Agreement',
  says: 'Live resources and snapshot are exactly those of the last accepted push.',
  afterStep({ move, after }) {
    if (!move.push) return []
    const expected = expectedRows(after.model)
    return [snapshotTable, liveTable].flatMap((table) => {
      const [wanted, found] = [expected.get(table)!, after.rows.get(table) ?? noRows]
      return [...new Set([...wanted.keys(), ...found.keys()])].flatMap((key) => {
        const [one, other] = [wanted.get(key), found.get(key)?.values]
        const differs =
          !one || !other || Object.entries(one).some(([name, value]) => other[name] !== value)
        return differs ? [describe('live context', `${table} ${key}`, one, other)] : []
      })
    })
  },
}

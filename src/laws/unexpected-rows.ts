import { describe } from './differing-rows.js'
import type { Finding } from './law.js'
import type { Model } from './model/model.js'
import { expectedRows, sharedTables } from './model/rows.js'
import { noRows, type Rows } from './row-reader.js'

/** Rows that are not as the model has them, in the tables that it knows or in some of them. */
export function unexpectedRows(
  what: string,
  model: Model,
  rows: Rows,
  only?: readonly string[],
): Finding[] {
  return [...expectedRows(model)].flatMap(([table, expected]) => {
    if (only && !only.includes(table)) return []
    const stored = rows.get(table) ?? noRows
    const others = sharedTables.has(table) ? [] : stored.keys()
    return [...new Set([...expected.keys(), ...others])].flatMap((key) => {
      const [wanted, found] = [expected.get(key), stored.get(key)?.values]
      const differs =
        !wanted || !found || Object.entries(wanted).some(([name, value]) => found[name] !== value)
      return differs ? [describe(what, `${table} ${key}`, wanted, found)] : []
    })
  })
}

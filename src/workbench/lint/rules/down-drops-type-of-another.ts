import { placeOfName } from '../linted-script.js'
import type { Rule } from '../rule.js'

export const downDropsTypeOfAnother: Rule = {
  id: 'down-drops-type-of-another',
  why: 'If a down drops a type that another migration created, the next up and the next down fail.',
  instead: 'Drop a type only in the down of the migration that created it.',
  needs: 'catalog',
  *check({ catalog }) {
    for (const { name, script, maker } of catalog.lostTypes) {
      const places = script.statements.map((statement) => ({
        start: statement.start,
        at: placeOfName(script, statement, name.split('.').at(-1)!),
      }))
      // The last statement that names the type drops it.
      const at = places.findLast((place) => place.at !== place.start)?.at ?? 0
      const message = `This down drops the type ${name}, which ${maker.file} creates.`
      yield { script, at, message }
    }
  },
}

import { cascade as alone } from '../../rules/cascade.js'
import type { RaceLaw } from '../race-law.js'

export const cascade: RaceLaw = {
  number: alone.number,
  name: alone.name,
  says: 'At no moment is there a row of a chat that was deleted or purged, in any table.',
  inSight: ({ strays }) =>
    Object.entries(strays)
      .filter(([, count]) => count > 0)
      .map(([table, count]) => ({
        what: `rows of chats that are gone in ${table}`,
        expected: '0',
        actual: `${count}`,
      })),
}

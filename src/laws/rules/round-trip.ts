import type { Law } from '../law.js'
import type { RoundTrip } from '../operations/migrate.js'

export const roundTrip: Law = {
  number: 11,
  name: 'Round trip',
  says:
    'Down to N and up again, for every N, restores the schema exactly, with rows in the tables; up ' +
    'of the pins changes no row but the three hydration columns; down of the pins leaves the enums ' +
    'and every other row; down to zero leaves the ledger table only.',
  afterStep({ move, outcome }) {
    if (!move.isMigration || outcome.refusal) return []
    return (outcome.answer as RoundTrip).violations.map((what) => ({ what }))
  },
}

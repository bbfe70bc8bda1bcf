import type { Law } from '../law.js'
import type { RoundTrip } from '../operations/migrate.js'

export const roundTrip: Law = {
  number: 11,
  name: 'Round trip',
  says:
    'Migrating down to any version and up again restores the schema exactly, also with rows ' +
    'in the tables; the up migration of the pins changes only the three hydration columns of ' +
    'rows; its down migration keeps the enums and all other rows; migrating down to zero ' +
    'leaves only the ledger table.',
  afterStep({ move, outcome }) {
    if (!move.isMigration || outcome.refusal) return []
    return (outcome.answer as RoundTrip).violations.map((what) => ({ what }))
  },
}

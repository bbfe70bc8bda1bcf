import type { Law } from '../law.js'

/** No law of the domain, but of every check: `doublecheck` holds a history to it. */
export const determinism: Law = {
  number: 0,
  name: 'Determinism',
  says: 'A history that is run again leaves the same database.',
}

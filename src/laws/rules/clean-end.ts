import type { Finding, Law } from '../law.js'

/** The codes with which an operation may refuse a call in a race. */
const refusals = new Set([
  'agent_deleted',
  'agent_not_found',
  'agent_not_ready',
  'chat_not_found',
  'no_live_context',
  // PostgreSQL itself refuses an id that exists.
  '23505',
])

export const cleanEnd: Law = {
  number: 0,
  name: 'Clean end',
  says:
    'Every operation ends with an answer or with a refusal of its own: no deadlock and no ' +
    'serialization failure reaches the caller, and no lock and no transaction is left open.',
  afterRace({ steps, leftovers }) {
    const escaped = steps.flatMap(({ id, outcome }): Finding[] => {
      const { refusal } = outcome ?? {}
      if (!refusal || refusals.has(refusal.code)) return []
      return [{ what: `${id} failed`, actual: `${refusal.code} ${refusal.message}` }]
    })
    return [...escaped, ...leftovers.map((actual) => ({ what: 'left open', actual }))]
  },
}

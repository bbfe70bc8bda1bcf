import type { Finding } from '../../law.js'
import type { RaceLaw } from '../race-law.js'

/** What operations refuse for what they find. Everything else is an error that got out. */
const refusals = new Set([
  'agent_deleted',
  'agent_not_found',
  'agent_not_ready',
  'chat_not_found',
  'no_live_context',
  // An id that is taken is PostgreSQL's own to refuse.
  '23505',
])

/** No law of the domain, but of how operations share a server. */
export const quiet: RaceLaw = {
  number: 0,
  name: 'Quiet',
  says:
    'Every operation ends with an answer or with a refusal of its own: no deadlock and no ' +
    'serialization failure gets out of it, and no lock and no transaction is left.',
  whenOver({ log, leftovers }) {
    const escaped = log.flatMap(({ id, outcome }): Finding[] => {
      const { refusal } = outcome ?? {}
      if (!refusal || refusals.has(refusal.code)) return []
      return [{ what: `${id} failed`, actual: `${refusal.code} ${refusal.message}` }]
    })
    return [...escaped, ...leftovers.map((actual) => ({ what: 'left behind', actual }))]
  },
}

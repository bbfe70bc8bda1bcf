import { unexpectedRows } from '../compare-rows.js'
import type { Finding, Law, RaceEnding, RaceStep } from '../law.js'
import { copyModel, type Model } from '../model/model.js'
import { predict } from '../operation.js'
import { plainOutcome } from '../outcome.js'

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

/** The last law, so that a law that says more precisely what is wrong is reported instead. */
export const linearizability: Law = {
  number: 0,
  name: 'Linearizability',
  says:
    'There is an order in which the operations, one after the other, would have given the same ' +
    'answers and left the same rows; an operation that ended before another began comes first.',
  afterRace(ending) {
    const search: Search = { ending, visited: new Set(), deepest: undefined }
    const opening = ending.steps.filter(({ session }) => session === 0)
    return hasOrder(search, opening, ending.beginning) ? [] : search.deepest!.findings
  },
}

interface Search {
  readonly ending: RaceEnding
  /** States that were reached before, in another order. */
  readonly visited: Set<string>
  /** What contradicts the longest order that was tried. */
  deepest: { readonly depth: number; readonly findings: Finding[] } | undefined
}

/** Tries every step that may come next; the step that ended first is mostly the right one. */
function hasOrder(search: Search, done: readonly RaceStep[], model: Model): boolean {
  const { steps, rows } = search.ending
  const left = steps.filter((step) => !done.includes(step))
  if (left.length === 0) {
    const findings = unexpectedRows('a row', model, rows)
    reject(search, done, findings)
    return findings.length === 0
  }
  const state = stateOf(left, model)
  if (search.visited.has(state)) return false
  search.visited.add(state)
  const firstEnd = Math.min(...left.map(({ ended }) => ended))
  const next = left
    .filter((step) => step.begun <= firstEnd)
    .filter((step) => !left.some((one) => one.session === step.session && one.ended < step.ended))
    .sort((a, b) => a.ended - b.ended)
  return next.some((step) => {
    const copy = copyModel(model)
    const outcome = step.outcome!
    const predicted = predict(step.move, copy, step.at, outcome)
    const [expected, actual] = [predicted, outcome].map(plainOutcome)
    const order = [...done, step]
    if (expected === actual) return hasOrder(search, order, outcome.refusal ? model : copy)
    const before = done.flatMap(({ session, id }) => (session === 0 ? [] : [id])).join(', ')
    reject(search, order, [{ what: `${step.id} after ${before || 'nothing'}`, expected, actual }])
    return false
  })
}

function reject(search: Search, { length: depth }: readonly RaceStep[], findings: Finding[]): void {
  if (depth > (search.deepest?.depth ?? -1)) search.deepest = { depth, findings }
}

function stateOf(left: readonly RaceStep[], { workspaces, builds, agents, chats }: Model): string {
  const plain = (_: string, value: unknown) => (value instanceof Map ? [...value] : value)
  return JSON.stringify([left.map(({ id }) => id), [workspaces, builds, agents, chats]], plain)
}

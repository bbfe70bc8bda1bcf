import { describe } from '../differing-rows.js'
import { expectedRows } from '../expected-rows.js'
import type { Finding, Law, Outcome } from '../law.js'
import { plainAnswer } from '../plain-answer.js'
import { noRows } from '../row-reader.js'

/** Looked at last, so that a law that says more precisely what is wrong comes first. */
export const specification: Law = {
  number: 0,
  name: 'Specification',
  says: 'An operation answers what the model answers, and leaves the rows that the model has.',
  afterStep({ after, outcome, predicted }) {
    const [expected, actual] = [shown(predicted), shown(outcome)]
    const findings: Finding[] =
      expected === actual ? [] : [{ what: 'the answer', expected, actual }]
    for (const [table, rows] of expectedRows(after.model)) {
      const stored = after.rows.get(table) ?? noRows
      const keys = new Set([...rows.keys(), ...stored.keys()])
      for (const key of keys) {
        const [wanted, found] = [rows.get(key), stored.get(key)?.values]
        const differs =
          !wanted || !found || Object.entries(wanted).some(([name, value]) => found[name] !== value)
        if (differs) findings.push(describe('a row', `${table} ${key}`, wanted, found))
      }
    }
    return findings
  },
}

function shown(outcome: Outcome): string {
  return outcome.refusal ? `refused: ${outcome.refusal.code}` : plainAnswer(outcome.answer)
}

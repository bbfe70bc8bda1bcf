import { allDifferingRows } from '../differing-rows.js'
import { type Law, wasRefused } from '../law.js'

export const atomicity: Law = {
  number: 15,
  name: 'Atomicity',
  says:
    'A refused or failed operation changes nothing; no reader ever sees part of a push, hydrate, ' +
    'refresh or purge of one chat.',
  afterStep(step) {
    // A migration commits version by version.
    if (!wasRefused(step) || step.move.isMigration) return []
    return allDifferingRows('after a refusal', step.before.rows, step.after.rows)
  },
}

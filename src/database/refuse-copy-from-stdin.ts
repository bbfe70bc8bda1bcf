import { DriftpinError } from '../errors.js'
import { factsOf } from './statement-facts.js'

/**
 * Refuses COPY FROM STDIN before it is sent. It would wait for data that is never sent: PGlite
 * would block the process, and a connection of `pg` would never answer again.
 */
export function refuseCopyFromStdin(text: string): void {
  const copy = factsOf(text).statements.find(({ facts }) => facts.copiesFromStdin)
  if (!copy) return
  throw new DriftpinError(
    'invalid_input',
    'COPY FROM STDIN needs a stream of data, which a statement here does not have. ' +
      'Use INSERT, or the COPY of the client itself.',
    { statement: copy.text },
  )
}

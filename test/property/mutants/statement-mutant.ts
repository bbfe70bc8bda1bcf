import type { Operations } from '../../../src/laws/index.js'
import type { Mutant } from './mutant.js'
import { type Rewrites, rewriteStatements } from './rewrite-statements.js'

/** A mutant that is nothing but other statements, sent by all operations or by some only. */
export function statementMutant(
  name: string,
  laws: readonly number[],
  rewrites: Rewrites,
  only?: readonly (keyof Operations)[],
): Mutant {
  return { name, laws, plant: () => rewriteStatements(rewrites, only) }
}

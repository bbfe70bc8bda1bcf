import type { Operations } from '../../../src/laws/index.js'
import { ownOperations } from '../../../src/laws/own-operations.js'
import type { Mutant } from './mutant.js'

/** A mutant of an operation, in which an option that is left out has another value. */
function defaultMutant<Name extends keyof Operations>(
  operation: Name,
  defaults: Partial<NonNullable<Parameters<Operations[Name]>[1]>>,
): Mutant {
  const own = ownOperations[operation] as (queryable: never, params: object) => unknown
  const planted = (queryable: never, params: object = {}) => {
    const given = Object.entries(params).filter(([, value]) => value !== undefined)
    return own(queryable, { ...defaults, ...Object.fromEntries(given) })
  }
  return {
    name: `the default of ${operation} is ${JSON.stringify(defaults)}`,
    // Law 1 sees a refresh that nobody asked for, law 5 another chat, law 9 a time, law 14 a limit,
    // law 15 what a rollback leaves.
    laws: [0, 1, 5, 9, 14, 15],
    plant: () => ({ operations: { [operation]: planted } }),
  }
}

/** What an operation does when an option is left out. */
export const defaultMutants: readonly Mutant[] = [
  defaultMutant('purge', { limit: 1 }),
  defaultMutant('purgeExpired', { limit: 1 }),
  defaultMutant('purgeExpired', { retentionDays: 31 }),
  defaultMutant('createChat', { notify: true }),
  defaultMutant('push', { notify: true }),
  defaultMutant('bind', { refresh: true }),
  defaultMutant('rebindWorkspace', { refresh: true }),
  defaultMutant('rebindWorkspace', { notify: true }),
  defaultMutant('listPins', { bodies: true }),
  defaultMutant('archiveIdle', { limit: 1 }),
  defaultMutant('deleteAgent', { permanently: true }),
]

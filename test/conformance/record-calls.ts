import * as driftpin from '../../src/index.js'

/** Everything that the package exports. */
export type Api = typeof driftpin

type Call = (...all: unknown[]) => unknown

/**
 * Classes begin with a capital and are no operations; all other functions are there to be called.
 */
const functions = Object.entries<unknown>(driftpin).filter(
  (entry): entry is [string, Call] => typeof entry[1] === 'function' && /^[a-z]/.test(entry[0]),
)

/** The names of all functions of the package. */
export const callable: readonly string[] = functions.map(([name]) => name)

/** The package, with a note of every function of it that was called. */
export function recordCalls(): { readonly api: Api; readonly called: ReadonlySet<string> } {
  const called = new Set<string>()
  const noted = functions.map(([name, call]): [string, Call] => [
    name,
    (...all) => {
      called.add(name)
      return call(...all)
    },
  ])
  return { api: { ...driftpin, ...Object.fromEntries(noted) }, called }
}

import type { Finding } from './law.js'

/** So many findings are told; the others are of the same kind mostly. */
const findingsMax = 20

/** The first findings, with names in place of ids. */
export function nameFindings(
  findings: readonly Finding[],
  named: (text: string) => string,
): Finding[] {
  const text = (one: string | undefined) => (one === undefined ? undefined : named(one))
  return findings.slice(0, findingsMax).map(({ what, expected, actual }) => ({
    what: named(what),
    expected: text(expected),
    actual: text(actual),
  }))
}

/** What is to be told of an error that is no broken law. */
export function findingOf(error: unknown): Finding {
  return { what: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}

/** The first line of a report: the law, or that there is none. */
export function renderLaw(
  law: { readonly number: number; readonly name: string; readonly says: string } | undefined,
): string {
  if (!law) return 'No law, but something went wrong.'
  return `${law.number === 0 ? '' : `Law ${law.number}, `}${law.name}: ${law.says}`
}

/** What is not as it should be, line by line. */
export function renderFindings(findings: readonly Finding[]): string[] {
  return findings.flatMap(({ what, expected, actual }) => [
    what,
    ...(expected === undefined ? [] : [`  expected  ${indented(expected)}`]),
    ...(actual === undefined ? [] : [`  actual    ${indented(actual)}`]),
  ])
}

const indented = (text: string) => text.replaceAll('\n', '\n            ')

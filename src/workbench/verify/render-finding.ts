import type { VerifyFinding } from './verify-report.js'

/** A finding as a person reads it: what was looked at, what happened, and what differs. */
export function renderFinding({ check, message, difference }: VerifyFinding): string {
  return [`${check}: ${message}`, ...difference.map((line) => `  ${line}`)].join('\n')
}

import type { Finding, Law } from './law.js'

/** Thrown by a history when a law is found broken. */
export class LawBroken extends Error {
  readonly law: Law
  readonly findings: readonly Finding[]

  constructor(law: Law, findings: readonly Finding[]) {
    super(`Law ${law.number}, ${law.name}: ${law.says}`)
    this.law = law
    this.findings = findings
  }
}

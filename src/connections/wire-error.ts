/** How bad an error is: after a FATAL one the client has no connection any more. */
export type Severity = 'ERROR' | 'FATAL'

/** What PostgreSQL would send of an error. */
export interface WireErrorFields {
  /** SQLSTATE, by PostgreSQL's appendix A. */
  readonly code: string
  readonly message: string
  readonly detail?: string
  readonly hint?: string
}

/** An error in PostgreSQL's own terms, which a client is told in the protocol's form. */
export class WireError extends Error {
  override readonly name = 'WireError'
  readonly severity: Severity
  /** The SQLSTATE. */
  readonly code: string
  readonly fields: WireErrorFields

  constructor(severity: Severity, fields: WireErrorFields) {
    super(fields.hint ? `${fields.message}. ${fields.hint}` : fields.message)
    this.severity = severity
    this.code = fields.code
    this.fields = fields
  }
}

/** The client broke the protocol: nothing that it sends can be understood from here on. */
export const protocolViolation = (message: string): WireError =>
  new WireError('FATAL', { code: '08P01', message })

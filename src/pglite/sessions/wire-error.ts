/** The severity of an error. A FATAL error ends the connection. */
export type Severity = 'ERROR' | 'FATAL'

/** The fields of an error in the protocol. */
export interface WireErrorFields {
  /** SQLSTATE, by PostgreSQL's appendix A. */
  readonly code: string
  readonly message: string
  readonly detail?: string
  readonly hint?: string
}

/** An error with the fields of PostgreSQL, as it is sent to a client. */
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

export const fatal = (code: string, message: string, hint?: string): WireError =>
  new WireError('FATAL', hint === undefined ? { code, message } : { code, message, hint })

/** For a statement of a session that was ended in the meantime. */
export const sessionEnded = (): WireError => fatal('08006', 'the session has ended')

/** For all users of an engine that crashed. */
export const engineCrashed = (): WireError =>
  fatal(
    '57P02',
    'the engine crashed, so the result of its last statement is unknown',
    'Start another one. A transaction that was open is lost.',
  )

export const locksAreHeld: WireErrorFields = {
  code: '55P03',
  message: 'another session of this PGlite holds advisory locks',
}

/** For a batch whose client has disconnected before its end. */
export const isLeft: WireErrorFields = { code: '08006', message: 'the client has disconnected' }

export const noPrograms: WireErrorFields = {
  code: '0A000',
  message: 'a PGlite does not support COPY with a PROGRAM',
}

export const noDatabases: WireErrorFields = {
  code: '0A000',
  message: 'a PGlite has one database: others cannot be created, changed or dropped',
  hint: 'Use a schema, or serve another PGlite.',
}

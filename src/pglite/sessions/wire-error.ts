/** A user of the engine: a client, or the code that calls PGlite itself. */
export interface EngineUser {
  /** Its name in error messages. */
  readonly label: string
  /** Its last statement. */
  readonly lastStatement: string | undefined
}

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

/** The client broke the protocol: nothing that it sends can be understood from here on. */
export const protocolViolation = (message: string): WireError =>
  new WireError('FATAL', { code: '08P01', message })

/** For what a session asked that was ended in the meantime. */
export const gone = (): WireError =>
  new WireError('FATAL', { code: '08006', message: 'the session is gone' })

/** For a client whose server is closed. */
export const shutDown = (): WireError =>
  new WireError('FATAL', {
    code: '57P01',
    message: 'terminating connection due to administrator command',
  })

/** For a client that is sent more than it reads. */
export const doesNotRead = (): WireError =>
  new WireError('FATAL', {
    code: '08006',
    message: 'terminating connection: notifications are sent and not read',
  })

export const locksAreHeld: WireErrorFields = {
  code: '55P03',
  message: 'another session of this PGlite holds advisory locks',
}

/** For a batch whose client has gone before its end. */
export const isLeft: WireErrorFields = { code: '08006', message: 'the client is gone' }

export const noPrograms: WireErrorFields = {
  code: '0A000',
  message: 'COPY with a PROGRAM is not offered by a PGlite',
}

export const noDatabases: WireErrorFields = {
  code: '0A000',
  message: 'a PGlite has one database: others can be neither created nor changed nor dropped',
  hint: 'Use a schema, or serve another PGlite.',
}

/** For everybody who uses an engine that crashed. */
export const engineCrashed = (): WireError =>
  new WireError('FATAL', {
    code: '57P02',
    message: 'the engine crashed, so that nothing is known of what it did last',
    hint: 'Start another one. A transaction that was open is lost.',
  })

/** What a wait for the engine ends with. */
export function engineIsTaken(owner: EngineUser, waitedMs: number): WireError {
  const last = owner.lastStatement ?? 'nothing yet'
  return new WireError('ERROR', {
    code: '55P03',
    message: `waited ${Math.round(waitedMs)} ms for the only session, which ${owner.label} has`,
    detail: `Its last statement was: ${last}`,
    hint:
      'Transactions take turns on a PGlite: end the one that is open, or do not wait for another ' +
      `client inside it. The last statement of ${owner.label} was: ${last.slice(0, 200)}`,
  })
}

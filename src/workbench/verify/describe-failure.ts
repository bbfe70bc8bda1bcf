import { DriftpinError } from '../../errors.js'

/** What PostgreSQL says of an error beside its message. */
export interface ServerError {
  readonly code?: string
  readonly detail?: string
  readonly schema?: string
  readonly table?: string
  readonly column?: string
  readonly constraint?: string
}

/** The message of a file that failed, with what PostgreSQL adds: the key, the constraint. */
export function describeFailure(error: unknown): string {
  if (!(error instanceof DriftpinError)) throw error
  const { detail, table, constraint } = (error.cause ?? {}) as ServerError
  const lines = [error.message]
  if (detail) lines.push(`DETAIL: ${detail}`)
  if (constraint) lines.push(`The constraint is ${constraint}${table ? ` of ${table}` : ''}.`)
  return lines.join('\n')
}

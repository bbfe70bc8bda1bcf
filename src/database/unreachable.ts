import { DriftpinError } from '../errors.js'
import type { DatabaseErrorCode } from './error-codes.js'

/** What the system says when there is no connection. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it closed the connection',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'it did not answer in time',
}

interface SystemError {
  readonly code?: string
  readonly address?: string
  readonly hostname?: string
  readonly port?: number
}

/**
 * The error of an attempt to connect, as one that names the host and says what to do. An error of
 * the server stays as it is. Node has one error for each address of a host.
 */
export function unreachable(error: unknown): unknown {
  const parts: SystemError[] = error instanceof AggregateError ? error.errors : [error]
  const why = reasons[parts[0]?.code ?? '']
  if (!why) return error
  // A connection that was reset has no address.
  const places = parts.flatMap(({ address, hostname, port }) => {
    const host = hostname ?? address ?? []
    if (port === undefined || typeof host !== 'string') return host
    return `${host.includes(':') ? `[${host}]` : host}:${port}`
  })
  const where = places.length > 0 ? ` at ${places.join(' or ')}` : ''
  const code: DatabaseErrorCode = 'server_unreachable'
  return new DriftpinError(
    code,
    `There is no connection to the server${where}: ${why} ` +
      `(${parts[0]!.code}). Check that it runs, and the host and port of its URL.`,
    error,
  )
}

import type { Severity, WireErrorFields } from './wire-error.js'

/** The types of the messages of a client that are looked at, by their first byte. */
export const clientMessage = {
  bind: 0x42,
  close: 0x43,
  copyData: 0x64,
  copyDone: 0x63,
  copyFail: 0x66,
  describe: 0x44,
  execute: 0x45,
  flush: 0x48,
  functionCall: 0x46,
  parse: 0x50,
  password: 0x70,
  query: 0x51,
  sync: 0x53,
  terminate: 0x58,
} as const

/** The types of the messages of a server that are looked at, by their first byte. */
export const serverMessage = {
  closeComplete: 0x33,
  commandComplete: 0x43,
  copyInResponse: 0x47,
  error: 0x45,
  notification: 0x41,
  parseComplete: 0x31,
  readyForQuery: 0x5a,
} as const

/** Whether a session is idle, in a transaction, or in a failed one. */
export type TransactionStatus = 'I' | 'T' | 'E'

export function message(type: string, ...parts: readonly Buffer[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 4)
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeInt32BE(length, 1)
  return Buffer.concat([head, ...parts])
}

export const text = (value: string): Buffer => Buffer.from(`${value}\0`)

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

export const queryMessage = (sql: string): Buffer => message('Q', text(sql))
export const parseMessage = (name: string, rest: Buffer): Buffer => message('P', text(name), rest)
export const closeStatement = (name: string): Buffer => message('C', text(`S${name}`))
export const syncMessage: Buffer = message('S')
/** The end of data that has not come. */
export const copyFailed: Buffer = message('f', text('send COPY FROM STDIN as a query by itself'))
export const readyForQuery = (status: TransactionStatus): Buffer =>
  message('Z', Buffer.from(status))

export const parameterStatus = (name: string, value: string): Buffer =>
  message('S', text(name), text(value))

export function errorResponse(severity: Severity | 'WARNING', fields: WireErrorFields): Buffer {
  const { code, message: what, detail, hint } = fields
  const parts = [`S${severity}`, `V${severity}`, `C${code}`, `M${what}`]
  if (detail !== undefined) parts.push(`D${detail}`)
  if (hint !== undefined) parts.push(`H${hint}`)
  const type = severity === 'WARNING' ? 'N' : 'E'
  return message(type, ...parts.map(text), Buffer.alloc(1))
}

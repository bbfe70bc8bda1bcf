import { createHash, timingSafeEqual } from 'node:crypto'
import { int32, message } from './protocol-messages.js'
import { fatal } from './wire-error.js'

/** The first packet of a client. */
export type StartPacket =
  | { readonly kind: 'encryption' }
  | { readonly kind: 'cancel'; readonly pid: number; readonly secret: number }
  | {
      readonly kind: 'start'
      readonly minor: number
      readonly user: string
      readonly database: string
      /** The settings that the session begins with, by name. */
      readonly settings: ReadonlyMap<string, string>
      /** The options of the protocol that it asked for and that are not known. */
      readonly unknown: readonly string[]
    }

const cancelRequest = 80877102
const sslRequest = 80877103
const gssRequest = 80877104

/** @throws WireError FATAL for another version of the protocol, or an invalid packet. */
export function readStartPacket(packet: Buffer): StartPacket {
  const code = packet.readInt32BE(4)
  if (code === sslRequest || code === gssRequest) return { kind: 'encryption' }
  if (code === cancelRequest) {
    if (packet.length < 16) throw fatal('08P01', 'invalid length of a cancel request')
    return { kind: 'cancel', pid: packet.readInt32BE(8), secret: packet.readInt32BE(12) }
  }
  const [major, minor] = [code >>> 16, code & 0xffff]
  if (major !== 3) {
    throw fatal('0A000', `unsupported frontend protocol ${major}.${minor}: this has 3.0`)
  }
  const parts = packet.toString('utf8', 8).split('\0')
  // The list ends with an empty name, and that with a NUL.
  if (parts.length % 2 !== 0 || parts.splice(-2).join('') !== '') {
    throw fatal('08P01', 'invalid startup packet layout: expected terminator as last byte')
  }
  const given = new Map<string, string>()
  for (let at = 0; at < parts.length; at += 2) given.set(parts[at]!, parts[at + 1]!)
  const { user, database, replication, options, ...rest } = Object.fromEntries(given)
  if (!user) throw fatal('28000', 'no PostgreSQL user name specified in startup packet')
  if (replication && replication !== 'false' && replication !== 'off') {
    throw fatal('0A000', 'PGlite does not support replication')
  }
  const unknown = Object.keys(rest).filter((name) => name.startsWith('_pq_.'))
  const named = Object.entries(rest).filter(([name]) => !name.startsWith('_pq_.'))
  const settings = new Map([...optionsOf(options ?? ''), ...named])
  const encoding = settings.get('client_encoding')
  if (encoding !== undefined && !/^'?(utf-?8|unicode)'?$/i.test(encoding)) {
    throw fatal('22023', `the client encoding ${encoding} is not supported; use UTF8`)
  }
  settings.delete('client_encoding')
  return { kind: 'start', minor, user, database: database || user, settings, unknown }
}

/** `-c name=value` and `--name=value`, with a backslash before a space that belongs to a value. */
function optionsOf(options: string): [string, string][] {
  const words = options.match(/(?:\\[\s\S]|[^\s\\])+/g) ?? []
  const settings: [string, string][] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!
    const pair = word === '-c' ? words[++index] : word.replace(/^(-c|--)/, '')
    const found = /^([\w.-]+)=([\s\S]*)$/.exec(pair ?? '')
    if (!found || !word.startsWith('-')) {
      throw fatal('42601', `invalid command-line argument for a session: ${word}`)
    }
    settings.push([found[1]!.replaceAll('-', '_'), found[2]!.replaceAll(/\\([\s\S])/g, '$1')])
  }
  return settings
}

/** AuthenticationCleartextPassword. */
export const passwordRequest: Buffer = message('R', int32(3))

const hashOf = (text: string) => createHash('sha256').update(text).digest()

/** @throws WireError FATAL, which does not contain the password. */
export function checkPassword(answer: Buffer, password: string, user: string): void {
  const given = answer.toString('utf8', 5, Math.max(5, answer.length - 1))
  // Hashed, because only texts of equal length can be compared in constant time.
  if (timingSafeEqual(hashOf(given), hashOf(password))) return
  throw fatal('28P01', `password authentication failed for user "${user}"`)
}

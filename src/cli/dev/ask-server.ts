import { connect } from 'node:net'
import {
  int32,
  message,
  messagesOf,
  queryMessage,
  serverMessage,
  text,
} from '../../connections/server-messages.js'

const protocolVersion = 0x30000
const dataRow = 0x44

/**
 * Asks a server for one value, through the door that every client comes by. Loading pg for it would
 * take longer than to start PostgreSQL.
 *
 * @throws Error with what the server said, or where it is not reached.
 */
export function askServer(url: string, sql: string): Promise<string> {
  const { hostname, port, username, pathname } = new URL(url)
  const socket = connect(Number(port), hostname).setNoDelay(true)
  const start = ['user', username, 'database', pathname.slice(1), ''].map(text)
  const body = Buffer.concat([int32(protocolVersion), ...start])
  socket.on('connect', () => socket.write(Buffer.concat([int32(body.length + 4), body])))
  return new Promise<string>((resolve, reject) => {
    let kept = Buffer.alloc(0)
    let isAsked = false
    let value = ''
    const take = (one: Buffer) => {
      if (one[0] === serverMessage.error) reject(new Error(one.toString('utf8', 5)))
      // Its head has a type, a length, a count of columns, and the length of the first.
      if (one[0] === dataRow) value = one.toString('utf8', 11)
      if (one[0] !== serverMessage.readyForQuery) return
      if (isAsked) resolve(value)
      else socket.write(queryMessage(sql))
      isAsked = true
    }
    socket.on('data', (chunk: Buffer) => {
      kept = Buffer.concat([kept, chunk])
      const whole = wholeMessages(kept)
      for (const one of messagesOf(kept.subarray(0, whole))) take(one)
      kept = kept.subarray(whole)
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the connection was closed')))
  }).finally(() => socket.end(message('X')))
}

/** How many bytes of an answer are whole messages. */
function wholeMessages(bytes: Buffer): number {
  let end = 0
  while (bytes.length >= end + 5 && bytes.length >= end + 1 + bytes.readInt32BE(end + 1)) {
    end += 1 + bytes.readInt32BE(end + 1)
  }
  return end
}

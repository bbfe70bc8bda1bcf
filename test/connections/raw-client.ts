import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { type ServerMessage, textsOf, wordsOf } from './protocol-words.js'

/** So long a server may say nothing before it counts as one that hangs. */
const silenceMsMax = 20_000

/** Where a server is. */
export type Place = { readonly port: number } | { readonly path: string }

const int16 = (value: number) => {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

export const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

const text = (value: string) => Buffer.from(`${value}\0`)

/** A message of a client, with the length that it has, or one that it does not have. */
export function ask(type: string, body: Buffer | string = '', length?: number): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(length ?? bytes.length + 4), bytes])
}

export const query = (sql: string): Buffer => ask('Q', text(sql))
export const parse = (name: string, sql: string): Buffer =>
  ask('P', Buffer.concat([text(name), text(sql), int16(0)]))
export const bind = (
  portal: string,
  statement: string,
  values: readonly (string | null)[] = [],
): Buffer =>
  ask(
    'B',
    Buffer.concat([
      ...[text(portal), text(statement), int16(0), int16(values.length)],
      ...values.flatMap((one) =>
        one === null ? [int32(-1)] : [int32(Buffer.byteLength(one)), Buffer.from(one)],
      ),
      int16(0),
    ]),
  )
export const execute = (portal = '', rowsMax = 0): Buffer =>
  ask('E', Buffer.concat([text(portal), int32(rowsMax)]))
export const describeStatement = (name: string): Buffer => ask('D', text(`S${name}`))
export const describePortal = (name: string): Buffer => ask('D', text(`P${name}`))
export const closeStatement = (name: string): Buffer => ask('C', text(`S${name}`))
export const closePortal = (name: string): Buffer => ask('C', text(`P${name}`))
export const functionCall = (oid: number, values: readonly string[]): Buffer =>
  ask(
    'F',
    Buffer.concat([
      ...[int32(oid), int16(0), int16(values.length)],
      ...values.flatMap((one) => [int32(Buffer.byteLength(one)), Buffer.from(one)]),
      int16(0),
    ]),
  )
export const copyData = (data: string | Buffer): Buffer => ask('d', data)
export const copyFail = (why: string): Buffer => ask('f', text(why))
export const password = (value: string): Buffer => ask('p', text(value))
export const copyDone: Buffer = ask('c')
export const sync: Buffer = ask('S')
export const flush: Buffer = ask('H')
export const terminate: Buffer = ask('X')

/** Everything that runs a statement once, up to its Sync. */
export const extended = (sql: string, values: readonly (string | null)[] = []): Buffer =>
  Buffer.concat([parse('', sql), bind('', '', values), execute(), sync])

const packet = (code: number, ...rest: readonly Buffer[]) => {
  const body = Buffer.concat([int32(code), ...rest])
  return Buffer.concat([int32(body.length + 4), body])
}

export const sslRequest: Buffer = packet(80877103)
export const gssRequest: Buffer = packet(80877104)
export const cancelRequest = (pid: number, secret: number): Buffer =>
  packet(80877102, int32(pid), int32(secret))
export const startup = (settings: Readonly<Record<string, string>>, version = 0x30000): Buffer =>
  packet(version, ...Object.entries(settings).flat().map(text), Buffer.alloc(1))

/** A client that says what it is told to, byte for byte, and hears messages. */
export class RawClient {
  readonly socket: Socket
  pid = 0
  secret = 0
  #bytes: Buffer = Buffer.alloc(0)
  #isOver = false
  #wake = () => {}

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('data', (chunk: Buffer) => {
      this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
      this.#wake()
    })
    const end = () => {
      this.#isOver = true
      this.#wake()
    }
    socket.on('end', end).on('close', end)
    // A server that drops it is what many a test is about: what it says first is looked at.
    socket.on('error', end)
  }

  /** Connects, and says nothing yet. */
  static async connect(place: Place): Promise<RawClient> {
    const socket = connect('port' in place ? { ...place, host: '127.0.0.1' } : place)
    await once(socket, 'connect')
    socket.setNoDelay(true)
    return new RawClient(socket)
  }

  /** Connects and starts a session. */
  static async start(
    place: Place,
    settings: Readonly<Record<string, string>> = {},
    secret?: string,
  ): Promise<RawClient> {
    const client = await RawClient.connect(place)
    client.send(startup({ user: 'postgres', database: 'postgres', ...settings }))
    if (secret !== undefined) client.send(password(secret))
    for (const { type, body } of await client.ready()) {
      if (type === 'E') throw new Error(`No session: ${textsOf(body).join(' ')}`)
      if (type !== 'K') continue
      client.pid = body.readInt32BE(0)
      client.secret = body.readInt32BE(4)
    }
    return client
  }

  send(...messages: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(messages))
  }

  /** So many bytes that are no message. */
  async bytes(count: number): Promise<Buffer> {
    while (this.#bytes.length < count && !this.#isOver) await this.#more()
    const found = this.#bytes.subarray(0, count)
    this.#bytes = this.#bytes.subarray(count)
    return found
  }

  /** The next message, or undefined when the server ended the connection. */
  async next(): Promise<ServerMessage | undefined> {
    for (;;) {
      if (this.#bytes.length >= 5) {
        const end = 1 + this.#bytes.readInt32BE(1)
        if (this.#bytes.length >= end) {
          const type = String.fromCharCode(this.#bytes[0]!)
          const body = this.#bytes.subarray(5, end)
          this.#bytes = this.#bytes.subarray(end)
          return { type, body }
        }
      }
      if (this.#isOver) return undefined
      await this.#more()
    }
  }

  /** Everything up to and with the next message of a type, or to the end of the connection. */
  async until(type: string): Promise<ServerMessage[]> {
    const messages: ServerMessage[] = []
    for (;;) {
      const one = await this.next()
      if (one) messages.push(one)
      if (!one || one.type === type) return messages
    }
  }

  ready(): Promise<ServerMessage[]> {
    return this.until('Z')
  }

  /** Everything up to ReadyForQuery, in words. */
  async told(...messages: readonly Buffer[]): Promise<string[]> {
    if (messages.length > 0) this.send(...messages)
    return (await this.ready()).map(wordsOf)
  }

  /** Everything up to a message of this type, in words. */
  async toldUntil(type: string, ...messages: readonly Buffer[]): Promise<string[]> {
    if (messages.length > 0) this.send(...messages)
    return (await this.until(type)).map(wordsOf)
  }

  /** What is left to hear until the server ends the connection, in words. */
  async ending(): Promise<string[]> {
    return (await this.until('none')).map(wordsOf)
  }

  /** The values of the rows of a query, for which anything else than rows is an error. */
  async rows(sql: string): Promise<string[]> {
    const words = await this.told(query(sql))
    const wrong = words.find((one) => /^(ERROR|FATAL)/.test(one))
    if (wrong !== undefined) throw new Error(`${sql}: ${wrong}`)
    return words.filter((one) => one.startsWith('Row ')).map((one) => one.slice(4))
  }

  /** Ends as a good client does, and waits until the server has let it go. */
  async end(): Promise<void> {
    this.send(terminate)
    this.socket.end()
    await this.ending()
    this.socket.destroy()
  }

  /** Is gone from one moment to the next. */
  vanish(): void {
    // A unix socket has no reset.
    if (this.socket.remotePort === undefined) this.socket.destroy()
    else this.socket.resetAndDestroy()
  }

  #more(): Promise<void> {
    return new Promise((resolve, reject) => {
      const silence = setTimeout(() => {
        const rest = this.#bytes.subarray(0, 200).toString('latin1')
        reject(new Error(`The server said nothing for ${silenceMsMax} ms, after ${rest}`))
      }, silenceMsMax)
      this.#wake = () => {
        clearTimeout(silence)
        this.#wake = () => {}
        resolve()
      }
    })
  }
}

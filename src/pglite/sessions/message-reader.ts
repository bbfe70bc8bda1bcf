import { clientMessage } from './protocol-messages.js'
import { fatal } from './wire-error.js'

const known = new Set<number>(Object.values(clientMessage))

/** PostgreSQL's own bound for the first message of a client (MAX_STARTUP_PACKET_LENGTH). */
const startupBytesMax = 10_000

/**
 * PostgreSQL bounds these by 10,000 bytes (PQ_SMALL_MESSAGE_LIMIT), and ends the backend at more,
 * which the engine here does not survive.
 */
const smallBytesMax = 10_000
const small = new Set<number>([
  clientMessage.close,
  clientMessage.copyDone,
  clientMessage.copyFail,
  clientMessage.describe,
  clientMessage.execute,
  clientMessage.flush,
  clientMessage.sync,
  clientMessage.terminate,
])
/** PostgreSQL's bound for a password (PG_MAX_AUTH_TOKEN_LENGTH). */
const passwordBytesMax = 65_535

/** Divides the bytes of a client into messages, whatever chunks they arrive in. */
export class MessageReader {
  readonly #messageBytesMax: number
  #chunks: Buffer[] = []
  #length = 0

  /** @param messageBytesMax A longer message is refused when its length is read. */
  constructor(messageBytesMax: number) {
    this.#messageBytesMax = messageBytesMax
  }

  /** Whether a part of a message has arrived, without the rest of it. */
  get hasPart(): boolean {
    return this.#length > 0
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
  }

  /**
   * The next message, or undefined until more of it has come.
   *
   * @param kind The first message of a connection has a length and no type.
   * @throws WireError FATAL for a length or a type that no message has.
   */
  next(kind: 'startup' | 'message'): Buffer | undefined {
    const typeBytes = kind === 'startup' ? 0 : 1
    if (this.#length < typeBytes + 4) return undefined
    const head = this.#chunks[0]!.length >= typeBytes + 4 ? this.#chunks[0]! : this.#join()
    if (kind === 'message' && !known.has(head[0]!)) {
      throw fatal('08P01', `invalid frontend message type ${head[0]}`)
    }
    const length = head.readInt32BE(typeBytes)
    const max = kind === 'startup' ? startupBytesMax : this.#bytesMax(head[0]!)
    const min = kind === 'startup' ? 8 : 4
    if (length < min || length > max) {
      throw fatal('08P01', `invalid length of message: ${length}, not ${min} to ${max} bytes`)
    }
    const needed = typeBytes + length
    if (this.#length < needed) return undefined
    const first = this.#chunks[0]!.length >= needed ? this.#chunks[0]! : this.#join()
    const rest = first.subarray(needed)
    this.#length -= needed
    if (rest.length > 0) this.#chunks[0] = rest
    else this.#chunks.shift()
    return first.subarray(0, needed)
  }

  #bytesMax(type: number): number {
    if (small.has(type)) return smallBytesMax
    return type === clientMessage.password ? passwordBytesMax : this.#messageBytesMax
  }

  /** Copies at most once per message: it is called when the length is known, and at the end. */
  #join(): Buffer {
    const joined = Buffer.concat(this.#chunks)
    this.#chunks = [joined]
    return joined
  }
}

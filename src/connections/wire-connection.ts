import { randomInt } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { endsBatch, mayTakeData } from './batch.js'
import { checkPassword, passwordRequest } from './check-password.js'
import { ClientLink } from './client-link.js'
import { ClientSession } from './client-session.js'
import { clientMessage, MessageReader } from './message-reader.js'
import {
  errorResponse,
  int32,
  message,
  parameterStatus,
  readyForQuery,
  text,
} from './server-messages.js'
import type { SharedEngine } from './shared-engine.js'
import { readStartPacket, type StartPacket } from './start-packet.js'
import { protocolViolation, WireError } from './wire-error.js'

/** What clients have to keep to. */
export interface WireOptions {
  /** What a client has to know, where anything. */
  readonly password: string | undefined
  /** The longest message, batch, data of one COPY and answer, in bytes. */
  readonly batchBytesMax: number
  /** Ends the waiting of another client. */
  readonly cancel: (pid: number, secret: number) => void
}

/** So much of what a client sends ahead is kept before it is not read any further. */
const aheadBytesMax = 1024 * 1024

/** What a message costs beside its bytes, so that many small ones are bounded too. */
const messageCost = 100

/** How long a client may take to say who it is. */
const startMsMax = 60_000

/** One client of a shared engine, in the protocol of PostgreSQL, version 3.0. */
export class WireConnection {
  readonly session: ClientSession
  readonly secret: number = randomInt(1, 2 ** 31)
  /** Settles when nothing is left of it. */
  readonly ended: Promise<void>
  readonly #options: WireOptions
  readonly #link: ClientLink
  readonly #reader: MessageReader
  readonly #starting: NodeJS.Timeout
  #resolveEnded = () => {}
  #stage: 'start' | 'password' | 'ready' | 'ended' = 'start'
  #start: Extract<StartPacket, { kind: 'start' }> | undefined
  #ahead: Buffer[] = []
  #aheadBytes = 0
  #working: Promise<void> | undefined
  #batch: Buffer[] = []
  #batchBytes = 0
  #hasLeft = false

  constructor(engine: SharedEngine, stream: Duplex, options: WireOptions) {
    this.#options = options
    this.#link = new ClientLink(stream)
    this.#reader = new MessageReader(options.batchBytesMax)
    this.session = new ClientSession(
      engine,
      {
        hear: (bytes) => {
          if (!this.#link.tell(bytes)) this.#fail(doesNotRead())
        },
        terminate: (error) => this.#fail(error),
      },
      options.batchBytesMax,
    )
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
    const late = new WireError('FATAL', { code: '08006', message: 'no startup packet came' })
    this.#starting = setTimeout(() => this.#fail(late), startMsMax).unref()
    stream.on('data', (chunk: Buffer) => this.#take(chunk))
    // Its end is what is acted on.
    stream.on('error', () => {})
    stream.on('end', () => this.#end())
    stream.on('close', () => this.#end())
  }

  /** Ends it as a server does that is shut down. */
  close(): void {
    this.#fail(
      new WireError('FATAL', {
        code: '57P01',
        message: 'terminating connection due to administrator command',
      }),
    )
  }

  #take(chunk: Buffer): void {
    if (this.#stage === 'ended') return
    this.#reader.push(chunk)
    try {
      while (!this.isEnded) {
        const one = this.#reader.next(this.#stage === 'start' ? 'startup' : 'message')
        if (!one) return
        if (this.#stage === 'start') this.#begin(one)
        else this.#queue(one)
      }
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Whether nothing more is read from it or written to it. */
  get isEnded(): boolean {
    return this.#stage === 'ended'
  }

  #begin(packet: Buffer): void {
    const found = readStartPacket(packet)
    if (found.kind === 'encryption') {
      this.#link.write([Buffer.from('N')])
      return
    }
    if (found.kind === 'cancel') {
      this.#options.cancel(found.pid, found.secret)
      this.#end()
      return
    }
    this.#start = found
    if (found.minor > 0 || found.unknown.length > 0) {
      // NegotiateProtocolVersion: the newest minor version that is spoken, and what is not known.
      const { unknown } = found
      this.#link.write([message('v', int32(0x30000), int32(unknown.length), ...unknown.map(text))])
    }
    if (this.#options.password === undefined) {
      this.#open()
      return
    }
    this.#stage = 'password'
    this.#link.write([passwordRequest])
  }

  #open(): void {
    this.#stage = 'ready'
    clearTimeout(this.#starting)
    this.#workOn(async () => {
      const reported = await this.session.start(this.#start!)
      this.#link.write([
        message('R', int32(0)),
        ...[...reported].map(([name, value]) => parameterStatus(name, value)),
        message('K', int32(this.session.pid), int32(this.secret)),
        readyForQuery('I'),
      ])
    })
  }

  #queue(one: Buffer): void {
    if (this.#stage === 'password') {
      if (one[0] !== clientMessage.password) throw protocolViolation('expected a password')
      checkPassword(one, this.#options.password!, this.#start!.user)
      this.#open()
      return
    }
    this.#ahead.push(one)
    this.#aheadBytes += one.length + messageCost
    if (this.#aheadBytes > aheadBytesMax) this.#link.pause()
    this.#workOn(() => this.#work())
  }

  /** One thing at a time; what comes while something goes on is done after it. */
  #workOn(work: () => Promise<void>): void {
    if (this.#working) return
    this.#working = work()
      .catch((error) => this.#fail(error))
      .then(() => {
        this.#working = undefined
        if (this.#ahead.length > 0 && !this.isEnded) this.#workOn(() => this.#work())
      })
  }

  async #work(): Promise<void> {
    while (this.#ahead.length > 0) {
      const queue = this.#ahead
      this.#ahead = []
      for (const one of queue) {
        if (this.isEnded) return
        this.#aheadBytes -= one.length + messageCost
        const doing = this.#do(one)
        if (doing) await doing
      }
      if (this.#aheadBytes <= aheadBytesMax) this.#link.resume()
    }
  }

  #do(one: Buffer): Promise<void> | undefined {
    const type = one[0]
    if (type === clientMessage.terminate) {
      this.#end()
      return undefined
    }
    const { copy } = this.session
    if (copy) {
      return copy.take(one) ? this.#answer(() => this.session.runCopy(copy)) : undefined
    }
    switch (type) {
      case clientMessage.copyData:
      case clientMessage.copyDone:
      case clientMessage.copyFail:
        // Ahead of being asked for, or left over from a COPY that failed.
        if (!mayTakeData(this.#batch)) return undefined
        break
      case clientMessage.password:
        throw protocolViolation('a password was not asked for')
    }
    this.#batch.push(one)
    this.#batchBytes += one.length + messageCost
    if (this.#batchBytes > this.#options.batchBytesMax) {
      const message = `a batch of more than ${this.#options.batchBytesMax} bytes`
      throw new WireError('FATAL', { code: '54000', message })
    }
    if (!endsBatch(type!)) return undefined
    const batch = this.#batch
    this.#batch = []
    this.#batchBytes = 0
    return this.#answer(() => this.session.run(batch))
  }

  async #answer(run: () => Promise<Buffer[]>): Promise<void> {
    this.#link.write(await run())
    const reading = this.#link.caughtUp()
    if (reading) await reading
  }

  #fail(error: unknown): void {
    if (this.isEnded) return
    const known = error instanceof WireError ? error : undefined
    const text = error instanceof Error ? error.message : JSON.stringify(error)
    const fields = known?.fields ?? { code: 'XX000', message: text }
    this.#end([errorResponse('FATAL', fields)])
  }

  /** Whatever it was in the middle of is given up. */
  #end(last: readonly Buffer[] = []): void {
    this.#stage = 'ended'
    if (this.#hasLeft) return
    this.#hasLeft = true
    clearTimeout(this.#starting)
    this.#ahead = []
    this.#batch = []
    this.#link.end(last)
    const left = this.session.leave().catch(() => {})
    void Promise.all([left, this.#working]).then(this.#resolveEnded)
  }
}

const doesNotRead = () =>
  new WireError('FATAL', {
    code: '08006',
    message: 'terminating connection: notifications are sent and not read',
  })

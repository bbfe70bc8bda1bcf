import { randomInt } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { endsBatch, mayTakeData } from './batch.js'
import { ClientLink, untilInputHasArrived } from './client-link.js'
import { ClientSession } from './client-session.js'
import type { Client } from './engine-session.js'
import { MessageReader } from './message-reader.js'
import {
  clientMessage,
  errorResponse,
  int32,
  message,
  parameterStatus,
  readyForQuery,
  text,
} from './protocol-messages.js'
import type { SharedEngine } from './shared-engine.js'
import { checkPassword, passwordRequest, readStartPacket, type StartPacket } from './startup.js'
import { fatal, WireError } from './wire-error.js'

/** The options of a server that apply to each of its clients. */
export interface WireOptions {
  /** The password of the server, if it has one. */
  readonly password: string | undefined
  /** The longest message, batch, data of one COPY and answer, in bytes. */
  readonly batchBytesMax: number
  readonly keepsIdle: Client['keepsIdle']
  /** Ends the waiting of another client. */
  readonly cancel: (pid: number, secret: number) => void
}

/** When a client has sent so much in advance, no more is read from it. */
const aheadBytesMax = 1024 * 1024

/** What a message costs beside its bytes, so that many small ones are bounded too. */
const messageCost = 100

/** How long a client may take to send its startup packet and password. */
const startMsMax = 60_000

/** How long an idle client may take to end by itself after the server was closed. */
const lingerMs = 250

const shutDown = () => fatal('57P01', 'terminating connection due to administrator command')

/** One client of a shared engine, in the protocol of PostgreSQL, version 3.0. */
export class WireConnection implements Client {
  readonly session: ClientSession
  readonly secret: number = randomInt(1, 2 ** 31)
  /** Settles when its session is removed. */
  readonly ended: Promise<void>
  readonly keepsIdle: boolean
  readonly #options: WireOptions
  readonly #link: ClientLink
  readonly #reader: MessageReader
  /** Ends a client that does not start, or does not end. */
  #timer: NodeJS.Timeout
  #resolveEnded = () => {}
  #stage: 'start' | 'password' | 'ready' | 'closed' | 'ended' = 'start'
  #whyClosed = shutDown()
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
    this.keepsIdle = options.keepsIdle
    this.session = new ClientSession(engine, this, options.batchBytesMax)
    this.ended = new Promise((resolve) => {
      this.#resolveEnded = resolve
    })
    const late = fatal('08006', 'no startup packet or password arrived')
    this.#timer = setTimeout(() => this.terminate(late), startMsMax).unref()
    stream.on('data', (chunk: Buffer) => this.#take(chunk))
    // An error is always followed by the end.
    stream.on('error', () => {})
    stream.on('end', () => this.#end())
    stream.on('close', () => this.#end())
  }

  /** Ends it, as a server does at shutdown. */
  close(error = shutDown()): void {
    if (!this.keepsIdle || !this.isIdle || this.session.channels.size > 0) {
      this.terminate(error)
      return
    }
    this.#stage = 'closed'
    this.#whyClosed = error
    this.#leave()
    const tell = () => untilInputHasArrived().then(() => this.terminate(error))
    this.#timer = setTimeout(tell, lingerMs).unref()
  }

  /** What the client is doing, in the words of `pg_stat_activity`, or that it waits. */
  get activity(): string {
    const { activity } = this.session
    // On a server it is active from the first message of a batch until its answer is sent.
    const isInBatch = this.#batch.length > 0 || this.#working !== undefined
    return isInBatch && activity !== 'waiting' ? 'active' : activity
  }

  get isIdle(): boolean {
    const isReady = this.#stage === 'ready' && this.#ahead.length === 0 && !this.#reader.hasPart
    return isReady && this.activity === 'idle'
  }

  #take(chunk: Buffer): void {
    if (this.#hasEnded) return
    this.#reader.push(chunk)
    try {
      while (!this.#hasEnded) {
        const one = this.#reader.next(this.#stage === 'start' ? 'startup' : 'message')
        if (!one) return
        if (this.#stage === 'start') this.#begin(one)
        else if (this.#stage === 'closed') this.#takeLast(one)
        else this.#queue(one)
      }
    } catch (error) {
      this.terminate(error)
    }
  }

  /** Whether nothing more is read from it or written to it. */
  get #hasEnded(): boolean {
    return this.#stage === 'ended'
  }

  /** Whether it was ended or is being ended. */
  get isEnded(): boolean {
    return this.#stage === 'ended' || this.#stage === 'closed'
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
    clearTimeout(this.#timer)
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

  /** Takes a message of a client that was closed: that it ends, or one that is not answered. */
  #takeLast(one: Buffer): void {
    if (one[0] === clientMessage.terminate) this.#end()
    else this.terminate(this.#whyClosed)
  }

  #queue(one: Buffer): void {
    if (this.#stage === 'password') {
      if (one[0] !== clientMessage.password) throw fatal('08P01', 'expected a password')
      checkPassword(one, this.#options.password!, this.#start!.user)
      this.#open()
      return
    }
    this.#ahead.push(one)
    this.#aheadBytes += one.length + messageCost
    if (this.#aheadBytes > aheadBytesMax) this.#link.pause()
    this.#workOn(() => this.#work())
  }

  /** Runs one piece of work at a time; messages that arrive meanwhile are handled after it. */
  #workOn(work: () => Promise<void>): void {
    if (this.#working) return
    this.#working = work()
      .catch((error) => this.terminate(error))
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
      return copy.take(one) ? this.#answer(() => this.session.answerCopy(copy)) : undefined
    }
    switch (type) {
      case clientMessage.copyData:
      case clientMessage.copyDone:
      case clientMessage.copyFail:
        // Sent before the engine asks for it, or the rest of a COPY that failed.
        if (!mayTakeData(this.#batch)) return undefined
        break
      case clientMessage.password:
        throw fatal('08P01', 'a password was not requested')
    }
    this.#batch.push(one)
    this.#batchBytes += one.length + messageCost
    if (this.#batchBytes > this.#options.batchBytesMax) {
      throw fatal('54000', `a batch of more than ${this.#options.batchBytesMax} bytes`)
    }
    if (!endsBatch(type!)) return undefined
    const batch = this.#batch
    this.#batch = []
    this.#batchBytes = 0
    return this.#answer(() => this.session.answer(batch))
  }

  async #answer(run: () => Promise<Buffer[]>): Promise<void> {
    this.#link.write(await run())
    const reading = this.#link.caughtUp()
    if (reading) await reading
  }

  notify(bytes: Buffer): void {
    if (this.#link.notify(bytes)) return
    this.terminate(fatal('08006', 'terminating connection: too many notifications were not read'))
  }

  terminate(error: unknown): void {
    if (this.#hasEnded) return
    const text = error instanceof Error ? error.message : JSON.stringify(error)
    const { fields } = error instanceof WireError ? error : fatal('XX000', text)
    this.#end([errorResponse('FATAL', fields)])
  }

  /** Ends it at once. Messages that were not run are dropped. */
  #end(last: readonly Buffer[] = []): void {
    if (this.#hasEnded) return
    this.#stage = 'ended'
    clearTimeout(this.#timer)
    this.#ahead = []
    this.#batch = []
    this.#link.end(last)
    this.#leave()
  }

  #leave(): void {
    if (this.#hasLeft) return
    this.#hasLeft = true
    const left = this.session.leave().catch(() => {})
    void Promise.all([left, this.#working]).then(this.#resolveEnded)
  }
}

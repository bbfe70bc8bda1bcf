import { once } from 'node:events'
import type { Duplex } from 'node:stream'

/** Taken before a test fakes it. */
const { setTimeout, setImmediate } = globalThis

/** So much of a client's output waits in this process before its input is not run any further. */
const unreadBytesMax = 1024 * 1024

/** So much of what a client did not ask for waits before it is given up. */
const untoldBytesMax = 16 * unreadBytesMax

/** How long a client may take to read what it was sent last. */
const endMsMax = 5000

/**
 * Settles when everything has been read that clients of this process, or of another, had written
 * before: one turn of the event loop looks at all sockets, and the first may be half over.
 */
export async function untilInputHasArrived(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** The stream of a client: how it is written to without filling the memory of this process. */
export class ClientLink {
  readonly #stream: Duplex

  constructor(stream: Duplex) {
    this.#stream = stream
  }

  get isOpen(): boolean {
    return this.#stream.writable && !this.#stream.destroyed
  }

  write(chunks: readonly Buffer[]): void {
    if (!this.isOpen) return
    this.#stream.cork()
    for (const chunk of chunks) if (chunk.length > 0) this.#stream.write(chunk)
    this.#stream.uncork()
  }

  /** Settles when the client has read enough of what it was sent, or is gone. */
  caughtUp(): Promise<void> | undefined {
    const stream = this.#stream
    if (!this.isOpen || stream.writableLength < unreadBytesMax) return undefined
    const ended = new AbortController()
    const { signal } = ended
    const events = ['drain', 'close', 'error'].map((name) => once(stream, name, { signal }))
    return Promise.race(events)
      .catch(() => {})
      .then(() => ended.abort())
  }

  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    if (this.#stream.isPaused()) this.#stream.resume()
  }

  /** Sends what was not asked for, unless too much of it was not read. */
  tell(bytes: Buffer): boolean {
    if (this.#stream.writableLength > untoldBytesMax) return false
    this.write([bytes])
    return true
  }

  end(last: readonly Buffer[] = []): void {
    this.write(last)
    this.#stream.end()
    // A client that does not answer is not waited for.
    this.#stream.resume()
    setTimeout(() => this.#stream.destroy(), endMsMax).unref()
  }
}

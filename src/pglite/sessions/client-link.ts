import { once } from 'node:events'
import type { Duplex } from 'node:stream'

/** Read before a test fakes them. */
const { setTimeout, setImmediate } = globalThis

/** When so much output of a client waits in this process, none of its messages run. */
const unreadBytesMax = 1024 * 1024

/** When so much output waits, a client that gets another notification is ended. */
const unreadNotificationsBytesMax = 16 * unreadBytesMax

/** How long a client may take to read the last message. */
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

  /** Sends a notification, unless the client has left too much unread. */
  notify(bytes: Buffer): boolean {
    if (this.#stream.writableLength > unreadNotificationsBytesMax) return false
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

import { type Batch, isSimple } from './batch.js'
import { clientMessage } from './message-reader.js'
import { message, messagesOf, queryMessage, serverMessage, text } from './server-messages.js'
import type { SharedEngine } from './shared-engine.js'

/** A COPY whose data is being sent. */
export class CopyIn {
  /** What begins it, as the client sent it. */
  readonly command: Batch
  readonly isSimple: boolean
  readonly #bytesMax: number
  #data: Buffer[] = []
  #bytes = 0

  constructor(command: Batch, bytesMax: number) {
    this.command = command
    this.isSimple = isSimple(command)
    this.#bytesMax = bytesMax
  }

  /** The data and its end. */
  get messages(): readonly Buffer[] {
    return this.#data
  }

  /** @returns Whether everything has come, and the command can run. */
  take(bytes: Buffer): boolean {
    const type = bytes[0]
    switch (type) {
      case clientMessage.copyData:
        this.#bytes += bytes.length
        if (this.#bytes <= this.#bytesMax) this.#data.push(bytes)
        else this.#data = []
        return false
      case clientMessage.flush:
      case clientMessage.sync:
        // The protocol leaves them out while data is sent.
        return false
      case clientMessage.copyDone:
      case clientMessage.copyFail:
        this.#end(bytes)
        return true
      default:
        this.#end(fail(`unexpected message type 0x${type!.toString(16)}`))
        return true
    }
  }

  #end(bytes: Buffer): void {
    const isTooLong = this.#bytes > this.#bytesMax
    this.#data.push(isTooLong ? fail(`more than ${this.#bytesMax} bytes of data`) : bytes)
  }
}

const fail = (why: string) => message('f', text(why))

/** Lets something be tried in an open transaction that takes it back. */
export function savepointOf(engine: SharedEngine) {
  const run = async (sql: string) => {
    await engine.execute([queryMessage(sql)])
    // A simple query ends the statement without a name.
    engine.statements.unnamedOf = undefined
  }
  return {
    set: () => run('SAVEPOINT driftpin_copy'),
    release: () => run('RELEASE SAVEPOINT driftpin_copy'),
    rollBack: () => run('ROLLBACK TO SAVEPOINT driftpin_copy; RELEASE SAVEPOINT driftpin_copy'),
  }
}

/** Where what follows the request for data begins, or the error that came instead of it. */
export function endOfCopyInResponse(answer: Buffer): number {
  let at = 0
  for (const one of messagesOf(answer)) {
    const type = one[0]
    if (type === serverMessage.copyInResponse) return at + one.length
    if (type === serverMessage.error || type === serverMessage.readyForQuery) return at
    at += one.length
  }
  return 0
}

/** An answer that asks for no data, since none can come. */
export const withoutCopyInResponse = (answer: Buffer): Buffer[] =>
  [...messagesOf(answer)].filter((one) => one[0] !== serverMessage.copyInResponse)

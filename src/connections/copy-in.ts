import { clientMessage } from './message-reader.js'
import { message, text } from './server-messages.js'

/**
 * Whether SQL may ask for data of a COPY. The engine would wait for it and block the process, so
 * that it is only run once all of it is there. Too many are found rather than too few.
 */
export const mayCopyIn = (sql: string): boolean => /\bcopy\b[\s\S]*\bstdin\b/i.test(sql)

/** A COPY whose data is being sent. */
export class CopyIn {
  /** What begins it, as the client sent it. */
  readonly command: readonly Buffer[]
  readonly #isSimple: boolean
  readonly #bytesMax: number
  #data: Buffer[] = []
  #bytes = 0
  #isDone = false

  constructor(command: readonly Buffer[], bytesMax: number) {
    this.command = command
    this.#isSimple = command.at(-1)![0] === clientMessage.query
    this.#bytesMax = bytesMax
  }

  /** All that follows the command, up to where an answer is due. */
  get messages(): readonly Buffer[] {
    return this.#data
  }

  /** @returns Whether everything has come, and the command can run. */
  take(bytes: Buffer): boolean {
    const type = bytes[0]
    if (this.#isDone) {
      this.#data.push(bytes)
      return type === clientMessage.sync || type === clientMessage.query
    }
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
        return this.#isSimple
      default:
        this.#end(fail(`unexpected message type 0x${type!.toString(16)}`))
        return this.#isSimple
    }
  }

  #end(bytes: Buffer): void {
    this.#isDone = true
    const isTooLong = this.#bytes > this.#bytesMax
    this.#data.push(isTooLong ? fail(`more than ${this.#bytesMax} bytes of data`) : bytes)
  }
}

const fail = (why: string) => message('f', text(why))

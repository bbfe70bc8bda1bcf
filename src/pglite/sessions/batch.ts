import { factsOf } from '../../database/index.js'
import { clientMessage, copyFailed, message, syncMessage, text } from './protocol-messages.js'
import type { WireErrorFields } from './wire-error.js'

/** The messages of a client up to one that is answered: Query, Sync, Flush or FunctionCall. */
export type Batch = readonly Buffer[]

const {
  bind,
  close,
  copyData,
  copyDone,
  copyFail,
  describe,
  execute,
  flush,
  functionCall,
  parse,
  query,
} = clientMessage

const copies: readonly number[] = [copyData, copyDone, copyFail]
const preparing: readonly number[] = [parse, describe, close]

const countOf = (batch: Batch, type: number) => batch.filter((one) => one[0] === type).length

export const endsBatch = (type: number): boolean =>
  type === query || type === functionCall || type === clientMessage.sync || type === flush

export const isFlushed = (batch: Batch): boolean => batch.at(-1)![0] === flush
const isSimple = (batch: Batch): boolean => batch.at(-1)![0] === query
export const callsFunction = (batch: Batch): boolean => batch.at(-1)![0] === functionCall

/** Whether data of a COPY may follow the messages of an unfinished batch. */
export const mayTakeData = (batch: Batch): boolean => countOf(batch, execute) > 0

/** Whether it prepares and describes, and runs nothing, so that the engine can be released. */
export const onlyPrepares = (batch: Batch): boolean =>
  isFlushed(batch) &&
  batch.at(-1)!.length === 5 &&
  batch.slice(0, -1).every((one) => preparing.includes(one[0]!))

export const withSync = (batch: Batch): Batch => [...batch.slice(0, -1), syncMessage]

/**
 * Adds an end of data after every message that may be a COPY FROM STDIN, which would otherwise wait
 * for data and block the process. The engine ignores it if there is no COPY.
 */
export function guarded(batch: Batch): Buffer[] {
  const messages: Buffer[] = []
  let isOpen = false
  for (const one of batch) {
    const type = one[0]!
    if (isOpen && !copies.includes(type)) {
      messages.push(copyFailed)
      isOpen = false
    }
    messages.push(one)
    if (type === execute || type === query) isOpen = true
  }
  if (isOpen) messages.push(copyFailed)
  return messages
}

/** Whether it is a single COPY, whose data is sent after the engine has asked for it. */
export function isOneCopy(batch: Batch, sql: readonly string[]): boolean {
  const isCopy = sql.some((text) => factsOf(text).any.copiesFromStdin)
  if (!isCopy || batch.some((one) => copies.includes(one[0]!))) return false
  if (isSimple(batch)) return batch.length === 1 && factsOf(sql[0]!).statements.length === 1
  return countOf(batch, execute) === 1 && countOf(batch, bind) === 1
}

/** The messages that are sent again with the data. Prepared statements are kept. */
export const runningPart = (batch: Batch): Batch =>
  batch.filter((one) => one[0] === query || one[0] === bind || one[0] === execute)

/** A batch that raises an error, in place of a refused one: its transaction must fail. */
export function failingBatch(batch: Batch, fields: WireErrorFields): Batch {
  const hint = fields.hint === undefined ? '' : `, HINT = '${fields.hint}'`
  const why = `RAISE EXCEPTION '${fields.message}' USING ERRCODE = '${fields.code}'${hint}`
  return [
    message('P', text(''), text(`DO $$ BEGIN ${why}; END $$`), Buffer.alloc(2)),
    message('B', text(''), text(''), Buffer.alloc(6)),
    message('E', text(''), Buffer.alloc(4)),
    isFlushed(batch) ? batch.at(-1)! : syncMessage,
  ]
}

/** A COPY whose data is being sent. */
export class CopyIn {
  /** The messages that begin it, as the client sent them. */
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

  /** @returns Whether all data has arrived, and the command can run. */
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
        // The protocol ignores them while data is sent.
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

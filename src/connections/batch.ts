import { factsOf } from '../database/index.js'
import { clientMessage } from './message-reader.js'
import { copyFailed, syncMessage } from './server-messages.js'

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
export const isSimple = (batch: Batch): boolean => batch.at(-1)![0] === query
export const callsFunction = (batch: Batch): boolean => batch.at(-1)![0] === functionCall

/** Whether data of a COPY may follow what was collected of a batch so far. */
export const mayTakeData = (batch: Batch): boolean => countOf(batch, execute) > 0

/** Whether it prepares and asks, and runs nothing, so that the engine can be let go after it. */
export const onlyPrepares = (batch: Batch): boolean =>
  isFlushed(batch) &&
  batch.at(-1)!.length === 5 &&
  batch.slice(0, -1).every((one) => preparing.includes(one[0]!))

export const withSync = (batch: Batch): Batch => [...batch.slice(0, -1), syncMessage]

/**
 * With an end of data behind everything that may be a COPY FROM STDIN, which would wait for it and
 * block the process for ever. The engine leaves it out where there is no COPY.
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

/** Whether it is a COPY alone, whose data is sent once it was asked for. */
export function isOneCopy(batch: Batch, sql: readonly string[]): boolean {
  const isCopy = sql.some((text) => factsOf(text).any.copiesFromStdin)
  if (!isCopy || batch.some((one) => copies.includes(one[0]!))) return false
  if (isSimple(batch)) return batch.length === 1 && factsOf(sql[0]!).statements.length === 1
  return countOf(batch, execute) === 1 && countOf(batch, bind) === 1
}

/** What has to be sent again with the data: what was prepared stays so. */
export const runningPart = (batch: Batch): Batch =>
  batch.filter((one) => one[0] === query || one[0] === bind || one[0] === execute)

import { splitStatements } from '../database/index.js'
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

/** Whether SQL may ask for the data of a COPY. Too much is found rather than too little. */
const mayCopyIn = (sql: string): boolean => /\bcopy\b[\s\S]*\bstdin\b/i.test(sql)

/** Whether it is a COPY alone, whose data is sent once it was asked for. */
export function isOneCopy(batch: Batch, sql: readonly string[]): boolean {
  if (!sql.some(mayCopyIn) || batch.some((one) => copies.includes(one[0]!))) return false
  if (isSimple(batch)) return batch.length === 1 && splitStatements(sql[0]!).length === 1
  return countOf(batch, execute) === 1 && countOf(batch, bind) === 1
}

/** What has to be sent again with the data: what was prepared stays so. */
export const runningPart = (batch: Batch): Batch =>
  batch.filter((one) => one[0] === query || one[0] === bind || one[0] === execute)

/**
 * Commands that make, rename, move or drop a database. A PGlite has one database that clients can
 * connect to, so that these would succeed and be of no use.
 */
export function managesDatabases(sql: string): boolean {
  if (!/\bdatabase\b/i.test(sql)) return false
  return splitStatements(sql).some(({ text }) => managing.test(text.replaceAll(comments, ' ')))
}

const managing =
  /^(create|drop)\s+database\b|^alter\s+database\b[\s\S]*\b(rename\s+to|set\s+tablespace)\b/i
const comments = /--[^\n]*|\/\*[\s\S]*?\*\//g

/** COPY with a program of the machine's, at which PGlite gives up. */
export function runsProgram(sql: string): boolean {
  if (!/\bprogram\b/i.test(sql)) return false
  return splitStatements(sql).some(({ text }) =>
    /^copy\b[\s\S]*\b(from|to)\s+program\b/i.test(text),
  )
}

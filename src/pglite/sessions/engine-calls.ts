import type { PGlite } from '@electric-sql/pglite'
import {
  errorResponse,
  queryMessage,
  serverMessage,
  type TransactionStatus,
} from './protocol-messages.js'

/** Whether the engine has a transaction open, whoever began it. */
export function isInTransaction(pglite: PGlite): boolean {
  try {
    return !pglite.closed && pglite.isInTransaction()
  } catch {
    // Of an engine that crashed nothing can be asked.
    return false
  }
}

/** The last message of an answer: type, length and status. */
const readyForQueryBytes = 6

/**
 * Runs messages on a PGlite, past its own mutex for transactions, which is not asked here.
 *
 * @returns What the engine sent. Of an answer of more than `answerBytesMax`, an error and its end.
 */
export async function executeMessages(
  pglite: PGlite,
  messages: readonly Buffer[],
  answerBytesMax: number,
): Promise<Buffer[]> {
  const bytes = messages.length === 1 ? messages[0]! : Buffer.concat(messages)
  const chunks: Buffer[] = []
  let length = 0
  const onRawData = (chunk: Uint8Array) => {
    length += chunk.length
    // The end can lie in the last two.
    if (length > answerBytesMax) chunks.splice(0, chunks.length - 1)
    // It is a view of the engine's memory.
    chunks.push(Buffer.from(chunk))
  }
  await pglite._runExclusiveQuery(() => pglite.execProtocolRawStream(bytes, { onRawData }))
  if (length <= answerBytesMax) return chunks
  const end = Buffer.concat(chunks).subarray(-readyForQueryBytes)
  return [answerTooLong(answerBytesMax), ...(end[0] === serverMessage.readyForQuery ? [end] : [])]
}

const answerTooLong = (bytesMax: number) =>
  errorResponse('ERROR', {
    code: '54000',
    message: `the answer has more than ${bytesMax} bytes`,
    hint: 'What was asked was done all the same. Ask for less at once, as with a cursor.',
  })

/** What came out of SQL of our own: rows of texts, by what PGlite reads of the protocol. */
export type OwnRow = readonly (string | null)[]

/** What runs it for whoever has the turn. */
export interface OwnRunner {
  run(sql: string): Promise<OwnRow[]>
}

/**
 * Runs SQL of this room's own, past the turns of the engine, which its caller must have.
 *
 * @throws What the engine reported, with its SQLSTATE.
 */
export async function runOwn(pglite: PGlite, sql: string): Promise<OwnRow[]> {
  // The error that PGlite throws by itself would leave out what came before it.
  const { messages } = await pglite.execProtocol(queryMessage(sql), { throwOnError: false })
  const rows: OwnRow[] = []
  for (const message of messages) {
    if (message.name === 'error') throw message
    if (message.name === 'dataRow') rows.push((message as unknown as { fields: OwnRow }).fields)
  }
  return rows
}

/** A message that somebody sent with NOTIFY. */
export interface Notification {
  readonly channel: string
  readonly payload: string
  /** As it came, to be passed on. */
  readonly bytes: Buffer
}

/** What the engine said, and what is to be known of it. */
export interface Answer {
  /** Everything but notifications, and the ReadyForQuery at its end. */
  readonly bytes: readonly Buffer[]
  readonly notifications: readonly Notification[]
  /** ReadyForQuery, how often. */
  readonly readies: number
  readonly status: TransactionStatus | undefined
  /** How many statements were prepared, and how many closed: the first ones that were asked for. */
  readonly parsed: number
  readonly closed: number
  readonly tags: readonly string[]
  readonly hasError: boolean
  /** Whether it asks for the data of a COPY. */
  readonly copiesIn: boolean
}

/** Tags are short; data of a COPY may have any length and is not looked at. */
const tagOf = (body: Buffer) => body.toString('latin1', 5, body.length - 1)

/**
 * Looks through what the engine sent, which is whole messages cut anywhere.
 *
 * @param hiddenParses Of so many statements, the first, the client did not ask, so that it is not
 * told of them either.
 */
export function scanAnswer(chunks: readonly Buffer[], hiddenParses = 0): Answer {
  const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  const bytes: Buffer[] = []
  const notifications: Notification[] = []
  const tags: string[] = []
  let [readies, parsed, closed] = [0, 0, 0]
  let status: TransactionStatus | undefined
  let [hasError, copiesIn] = [false, false]
  let kept = 0
  const leaveOut = (from: number, to: number) => {
    if (from > kept) bytes.push(whole.subarray(kept, from))
    kept = to
  }
  for (let at = 0; at < whole.length; ) {
    const end = at + 1 + (at + 5 <= whole.length ? whole.readInt32BE(at + 1) : whole.length)
    if (end > whole.length) throw new Error('The engine ended in the middle of a message.')
    switch (whole[at]) {
      case serverMessage.notification:
        notifications.push(notificationOf(whole.subarray(at, end)))
        leaveOut(at, end)
        break
      case serverMessage.readyForQuery:
        readies++
        status = String.fromCharCode(whole[at + 5]!) as TransactionStatus
        leaveOut(at, end)
        break
      case serverMessage.parseComplete:
        if (parsed < hiddenParses) leaveOut(at, end)
        parsed++
        break
      case serverMessage.closeComplete:
        closed++
        break
      case serverMessage.commandComplete:
        tags.push(tagOf(whole.subarray(at, end)))
        break
      case serverMessage.error:
        hasError = true
        break
      case serverMessage.copyInResponse:
        copiesIn = true
        break
    }
    at = end
  }
  leaveOut(whole.length, whole.length)
  return { bytes, notifications, readies, status, parsed, closed, tags, hasError, copiesIn }
}

function notificationOf(bytes: Buffer): Notification {
  // Type, length, the number of the process that sent it, and two texts.
  const channelEnd = bytes.indexOf(0, 9)
  return {
    channel: bytes.toString('utf8', 9, channelEnd),
    payload: bytes.toString('utf8', channelEnd + 1, bytes.length - 1),
    bytes,
  }
}

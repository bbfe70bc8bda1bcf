import { serverMessage, type TransactionStatus } from './protocol-messages.js'

/** A message of NOTIFY. */
export interface Notification {
  readonly channel: string
  readonly payload: string
  /** The message of the protocol, to be passed on. */
  readonly bytes: Buffer
}

/** The answer of the engine. */
export interface Answer {
  /**
   * Everything but notifications and ReadyForQuery, in pieces of whole messages. An error and a
   * request for the data of a COPY are pieces of their own.
   */
  readonly bytes: readonly Buffer[]
  readonly notifications: readonly Notification[]
  /** The number of ReadyForQuery messages. */
  readonly readies: number
  readonly status: TransactionStatus | undefined
  /** How many statements were prepared, and how many closed, in the order of the requests. */
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
 * Reads the answer of the engine: whole messages, in chunks that may end anywhere.
 *
 * @param hiddenParses The number of statements at the beginning that the client did not prepare in
 * this batch, so that their answers are removed.
 */
export function readAnswer(chunks: readonly Buffer[], hiddenParses: number): Answer {
  const whole = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  const bytes: Buffer[] = []
  const notifications: Notification[] = []
  const tags: string[] = []
  let [readies, parsed, closed] = [0, 0, 0]
  let status: TransactionStatus | undefined
  let [hasError, copiesIn] = [false, false]
  let kept = 0
  const cut = (from: number, to: number) => {
    if (from > kept) bytes.push(whole.subarray(kept, from))
    kept = to
  }
  for (let at = 0; at < whole.length; ) {
    const end = at + 1 + (at + 5 <= whole.length ? whole.readInt32BE(at + 1) : whole.length)
    if (end > whole.length) throw new Error('The engine ended in the middle of a message.')
    switch (whole[at]) {
      case serverMessage.notification:
        notifications.push(notificationOf(whole.subarray(at, end)))
        cut(at, end)
        break
      case serverMessage.readyForQuery:
        readies++
        status = String.fromCharCode(whole[at + 5]!) as TransactionStatus
        cut(at, end)
        break
      case serverMessage.parseComplete:
        if (parsed < hiddenParses) cut(at, end)
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
        cut(at, at)
        cut(end, end)
        break
      case serverMessage.copyInResponse:
        copiesIn = true
        cut(at, at)
        cut(end, end)
        break
    }
    at = end
  }
  cut(whole.length, whole.length)
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

export const isError = (piece: Buffer): boolean => piece[0] === serverMessage.error

export const isCopyInResponse = (piece: Buffer): boolean =>
  piece[0] === serverMessage.copyInResponse

import type { PGlite } from '@electric-sql/pglite'
import { errorResponse, serverMessage } from './server-messages.js'

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

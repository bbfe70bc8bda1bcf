import { z } from 'zod'
import { type Database, notificationChannel } from '../database/index.js'
import { checkInput, id } from './check-input.js'
import type { ContextNotification } from './notify-chats.js'

/**
 * What {@link watchChats} reports: an event of a chat, or that the connection was lost and
 * replaced, so that events may have been missed.
 *
 * @example
 * ```ts
 * const mayHaveMissed = ({ event }: WatchedEvent) => event === 'reconnected'
 * ```
 */
export type WatchedEvent = ContextNotification | { readonly event: 'reconnected' }

/**
 * The chats to watch. Without any of the fields, these are all chats of the schema.
 *
 * @example
 * ```ts
 * const mine: WatchOptions = { ownerId, onError: (error) => console.warn('still trying:', error) }
 * ```
 */
export interface WatchOptions {
  /** Only chats of this owner. */
  readonly ownerId?: string | undefined
  /** Only this chat. */
  readonly chatId?: string | undefined
  /** Called when the connection is lost, and after every attempt to replace it that fails. */
  readonly onError?: ((error: unknown) => void) | undefined
}

const input = z.strictObject({
  ownerId: id.optional(),
  chatId: id.optional(),
  onError: z.custom<(error: unknown) => void>((value) => typeof value === 'function').optional(),
})

/** The waits before attempts to connect, doubled from the first to the last. */
const [firstWaitMs, lastWaitMs] = [100, 10_000]

/**
 * Calls `callback` for every event of the chats that operations report with `notify: true`, which
 * can also be the default of an adapter. Returns a function that ends this, once it listens.
 *
 * It keeps one connection of a pool. If that connection is lost, it listens on another one, tries
 * again after 100 ms and then after up to 10 s, and reports `reconnected`: what was read before may
 * be out of date. The connection of a single client cannot be replaced.
 *
 * @throws DriftpinError `invalid_input`. The driver's error if it cannot listen at first.
 *
 * @example
 * ```ts
 * const stop = await watchChats(database, { ownerId }, async (watched) => {
 *   if (watched.event === 'reconnected') console.log(await listChats(database, { ownerId }))
 *   else console.log(watched.event, watched.chatId)
 * })
 * await stop()
 * ```
 */
export async function watchChats(
  database: Database,
  options: WatchOptions,
  callback: (watched: WatchedEvent) => void,
): Promise<() => Promise<void>> {
  const { ownerId, chatId, onError } = checkInput('watchChats', input, options)
  let stop: (() => Promise<void>) | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isOver = false
  const receive = (payload: string) => {
    const found = notificationIn(payload)
    if (!found || (ownerId && found.ownerId !== ownerId.toLowerCase())) return
    if (!chatId || found.chatId === chatId.toLowerCase()) callback(found)
  }
  const listen = async () => {
    const begun = await database.listen(notificationChannel(database.schema), receive, {
      onError(error) {
        // A client may report its loss twice.
        if (!stop) return
        void stop().catch(() => {})
        stop = undefined
        retry(error, firstWaitMs)
      },
    })
    if (isOver) await begun()
    else stop = begun
  }
  const retry = (error: unknown, waitMs: number) => {
    if (isOver) return
    timer = setTimeout(async () => {
      try {
        await listen()
      } catch (again) {
        return retry(again, Math.min(waitMs * 2, lastWaitMs))
      }
      if (!isOver) callback({ event: 'reconnected' })
    }, waitMs)
    onError?.(error)
  }
  await listen()
  return async () => {
    isOver = true
    clearTimeout(timer)
    await stop?.()
  }
}

/** Anybody may notify on the channel; what is not of an operation is of no interest. */
function notificationIn(payload: string): ContextNotification | undefined {
  try {
    const { event, chatId, ownerId } = JSON.parse(payload)
    const isOurs = [event, chatId, ownerId].every((part) => typeof part === 'string')
    return isOurs ? { event, chatId, ownerId } : undefined
  } catch {
    return undefined
  }
}

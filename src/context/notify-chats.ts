import { notificationChannel, type Transaction } from '../database/index.js'
import type { ChatRef, ContextChanges } from './chat-ref.js'
import { defineStatement } from './statement.js'

/**
 * The event that a notification reports.
 *
 * @example
 * ```ts
 * const isGone = (event: ContextEvent) => event === 'deleted'
 * ```
 */
export type ContextEvent =
  | 'created'
  | 'hydrated'
  | 'followed'
  | 'dirtied'
  | 'settled'
  | 'refreshed'
  | 'unpinned'
  | 'bound'
  | 'follows_set'
  | 'message_added'
  | 'archived'
  | 'unarchived'
  | 'deleted'

/**
 * The payload of a notification, as JSON.
 *
 * @example
 * ```ts
 * await database.listen(notificationChannel(database.schema), (payload) => {
 *   const { event, chatId }: ContextNotification = JSON.parse(payload)
 *   console.log(event, chatId)
 * })
 * ```
 */
export interface ContextNotification {
  /** The event. */
  readonly event: ContextEvent
  /** The chat. */
  readonly chatId: string
  /** The owner of the chat. */
  readonly ownerId: string
}

export const sendNotifications = defineStatement({
  name: 'notify',
  parameters: { channel: 'text', payloads: 'text[]' },
  row: { sent: 'integer' },
  sql: (_, { channel, payloads }) => `
    SELECT count(pg_catalog.pg_notify(${channel}, payload))::integer AS sent
    FROM pg_catalog.unnest(${payloads}) AS payload`,
})

/** An event, and the chats that had it. */
export type EventOfChats = readonly [event: ContextEvent, chats: readonly ChatRef[]]

/**
 * Sends one notification per chat inside the transaction, so that listeners receive it only after
 * the commit. Of several events of a chat, the last one in the list is sent.
 */
export async function notifyChats(
  transaction: Transaction,
  events: readonly EventOfChats[],
): Promise<void> {
  const byChat = new Map<string, ContextNotification>()
  for (const [event, chats] of events) {
    for (const { id, ownerId } of chats) byChat.set(id, { event, chatId: id, ownerId })
  }
  if (byChat.size === 0) return
  const payloads = [...byChat.values()].map((notification) => JSON.stringify(notification))
  const channel = notificationChannel(transaction.schema)
  await sendNotifications(transaction, { channel, payloads })
}

/** The changes of a context as events. */
export function changeEvents(changes: ContextChanges): EventOfChats[] {
  const { hydrated, followed, dirtied, settled } = changes
  return [
    ['hydrated', hydrated],
    ['followed', followed],
    ['dirtied', dirtied],
    ['settled', settled],
  ]
}

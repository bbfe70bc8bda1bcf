import { addMessages } from '../context/add-messages.js'
import { archive, unarchive } from '../context/archive.js'
import { bind, rebindWorkspace } from '../context/bind.js'
import { createChat } from '../context/create-chat.js'
import { deleteChat } from '../context/delete-chat.js'
import { diff } from '../context/diff.js'
import { getChatContext, getChatContexts } from '../context/get-chat-context.js'
import { hydrate } from '../context/hydrate.js'
import { listChats } from '../context/list-chats.js'
import { getPin, listPins } from '../context/list-pins.js'
import { prompt } from '../context/prompt.js'
import { purge, purgeExpired } from '../context/purge.js'
import { push } from '../context/push.js'
import { refresh } from '../context/refresh.js'
import { unpin } from '../context/unpin.js'

/** Every operation of driftpin, by name: what the histories are made of. */
export const ownOperations = {
  addMessages,
  archive,
  bind,
  createChat,
  deleteChat,
  diff,
  getChatContext,
  getChatContexts,
  getPin,
  hydrate,
  listChats,
  listPins,
  prompt,
  purge,
  purgeExpired,
  push,
  rebindWorkspace,
  refresh,
  unarchive,
  unpin,
} as const

/**
 * The operations that a history calls: driftpin's, or those of a backend that wraps them.
 *
 * @example
 * ```ts
 * const own: Partial<Operations> = { purge: (database, params) => purge(database, params) }
 * await assertHistories({ seed: 1, runs: 4, operations: own })
 * ```
 */
export type Operations = {
  readonly [Name in keyof typeof ownOperations]: (typeof ownOperations)[Name]
}

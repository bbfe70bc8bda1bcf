import {
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
} from '../context/index.js'

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

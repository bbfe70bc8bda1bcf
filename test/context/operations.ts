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
  type Queryable,
  rebindWorkspace,
  refresh,
  unarchive,
  unpin,
} from '../../src/index.js'

/** Every operation, by name. A test holds the list against what the package exports. */
export const operations = {
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

export type OperationName = keyof typeof operations

/** Calls an operation with whatever it is given, right or wrong. */
export async function call(
  name: OperationName,
  queryable: Queryable,
  params: unknown,
): Promise<unknown> {
  const operation = operations[name] as (queryable: Queryable, params: unknown) => Promise<unknown>
  return await operation(queryable, params)
}

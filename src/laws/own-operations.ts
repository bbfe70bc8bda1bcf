import * as context from '../context/index.js'

/** Every operation of driftpin, by name: what the histories are made of. */
export const ownOperations = {
  addMessages: context.addMessages,
  archive: context.archive,
  archiveIdle: context.archiveIdle,
  bind: context.bind,
  createAgent: context.createAgent,
  createBuild: context.createBuild,
  createChat: context.createChat,
  createWorkspace: context.createWorkspace,
  deleteAgent: context.deleteAgent,
  deleteBuild: context.deleteBuild,
  deleteChat: context.deleteChat,
  deleteWorkspace: context.deleteWorkspace,
  diff: context.diff,
  getChatContext: context.getChatContext,
  getChatContexts: context.getChatContexts,
  getPin: context.getPin,
  getSkill: context.getSkill,
  hydrate: context.hydrate,
  listChats: context.listChats,
  listPins: context.listPins,
  listTools: context.listTools,
  prompt: context.prompt,
  purge: context.purge,
  purgeDebugRuns: context.purgeDebugRuns,
  purgeExpired: context.purgeExpired,
  purgeFiles: context.purgeFiles,
  push: context.push,
  rebindWorkspace: context.rebindWorkspace,
  refresh: context.refresh,
  refreshAgent: context.refreshAgent,
  setFollows: context.setFollows,
  unarchive: context.unarchive,
  unpin: context.unpin,
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

/**
 * Generators of valid and invalid data for property tests. They need fast-check, an optional peer
 * dependency.
 *
 * @module
 */

export { type HistoryOptions, history } from '../history.js'
export type { HistoryCommand } from '../history-run.js'
export { type CapOptions, type CappedPush, pushAtCap, pushBeyondCap } from './caps.js'
export { type ChatSeed, chat, insertChat, message } from './chat.js'
export {
  type AnyPush,
  push,
  type ResourceOptions,
  type ResourcesOptions,
  resource,
  resources,
} from './push.js'
export { source } from './text.js'

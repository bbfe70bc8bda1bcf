/**
 * What random tests of code around driftpin are made of. It needs fast-check, an optional peer.
 *
 * @module
 */

export { type HistoryCommand, type HistoryOptions, history } from '../history.js'
export type { CappedPush } from './cap-cases.js'
export { type ChatSeed, chat } from './chat.js'
export { insertChat } from './insert-chat.js'
export { message } from './message.js'
export { type AnyPush, push } from './push.js'
export { type CapOptions, pushAtCap } from './push-at-cap.js'
export { pushBeyondCap } from './push-beyond-cap.js'
export { type ResourceOptions, resource } from './resource.js'
export { type ResourcesOptions, resources } from './resources.js'
export { source } from './source.js'

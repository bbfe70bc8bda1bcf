/**
 * The operations that a backend calls on chats and their pinned context.
 *
 * @module
 */

export { addMessages, type NewMessage } from './add-messages.js'
export { archive, archiveIdle, unarchive } from './archive.js'
export { type BindOptions, type BindResult, bind, rebindWorkspace } from './bind.js'
export type { ChatRef, ContextChanges } from './chat-ref.js'
export type { ChatKey, WriteOptions } from './check-input.js'
export { type CreateChatParams, createChat } from './create-chat.js'
export { createAgent, createBuild, createWorkspace } from './create-workspace.js'
export { decodeText } from './decode-text.js'
export { deleteChat } from './delete-chat.js'
export { type Deletion, deleteAgent, deleteBuild, deleteWorkspace } from './delete-workspace.js'
export { type ContextDiff, type DiffSide, diff } from './diff.js'
export type { ContextErrorCode } from './error-codes.js'
export {
  type ChatContext,
  getChatContext,
  getChatContexts,
} from './get-chat-context.js'
export { getSkill, type Skill } from './get-skill.js'
export { hydrate } from './hydrate.js'
export type { BatchResult } from './in-batches.js'
export {
  type ListChatsParams,
  type ListedChat,
  listChats,
  listedRow,
  listedSelection,
} from './list-chats.js'
export { getPin, listPins, type Pin, type PinWithBody } from './list-pins.js'
export { listTools, type ToolList } from './list-tools.js'
export { dirtyExpression } from './live-context.js'
export type { ContextEvent, ContextNotification } from './notify-chats.js'
export { type Prompt, prompt } from './prompt.js'
export { purge, purgeExpired } from './purge.js'
export { purgeDebugRuns, purgeFiles } from './purge-files.js'
export { type PushParams, type PushResult, push } from './push.js'
export { countChats, readStats, type Stats } from './read-stats.js'
export { type RefreshResult, refresh, refreshAgent } from './refresh.js'
export type { RefreshedPart } from './refresh-part.js'
export { setFollows } from './set-follows.js'
export { defineStatement, type StatementDeclaration } from './statement.js'
export type { DiffHunk } from './text-hunks.js'
export { unpin } from './unpin.js'
export { type WatchedEvent, type WatchOptions, watchChats } from './watch-chats.js'

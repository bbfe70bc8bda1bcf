import type { ChatOperation, Operation } from '../operation.js'
import { archive, archiveIdle, unarchive } from './archive.js'
import { bind, rebindWorkspace } from './bind.js'
import { stepClock } from './clock.js'
import { createChat } from './create-chat.js'
import { diffChat } from './diff.js'
import { setFollows } from './follows.js'
import { getSkill } from './get-skill.js'
import { fillChat, hostWrites } from './host-rows.js'
import { hydrate, unpin } from './hydration.js'
import { listOwnChats } from './list-chats.js'
import { listTools } from './list-tools.js'
import { addMessages, compactMessages } from './messages.js'
import { migrate } from './migrate.js'
import { deleteChat, purge, purgeDebugRuns, purgeExpired, purgeFiles } from './purge.js'
import { push, pushAtALimit, pushBeyondALimit } from './push.js'
import { getOnePin, listAllPins, readContext, writePrompt } from './reading.js'
import { refresh, refreshAgent } from './refresh.js'
import { deleteForGood, deleteSoftly } from './removal.js'
import { createWorkspace, rebuild } from './workspaces.js'

/** Every operation that histories are made of. */
export const allOperations: readonly Operation[] = [
  createWorkspace,
  createChat,
  push,
  pushAtALimit,
  pushBeyondALimit,
  hydrate,
  refresh,
  refreshAgent,
  unpin,
  setFollows,
  bind,
  rebindWorkspace,
  rebuild,
  deleteSoftly,
  deleteForGood,
  addMessages,
  compactMessages,
  fillChat,
  hostWrites,
  archive,
  archiveIdle,
  unarchive,
  deleteChat,
  purge,
  purgeExpired,
  purgeFiles,
  purgeDebugRuns,
  diffChat,
  writePrompt,
  listOwnChats,
  listAllPins,
  getOnePin,
  getSkill,
  listTools,
  readContext,
  stepClock,
  migrate,
]

/** The operations on one chat, which a stranger must not be able to use. */
export const chatOperations = allOperations.filter(
  (operation): operation is ChatOperation => 'moveOn' in operation,
)

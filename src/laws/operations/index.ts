import type { ChatOperation } from '../chat-operation.js'
import type { Operation } from '../operation.js'
import { archive, unarchive } from './archive.js'
import { bind, rebindWorkspace } from './bind.js'
import { readContext } from './chat-context.js'
import { stepClock } from './clock.js'
import { createChat } from './create-chat.js'
import { diffChat } from './diff.js'
import { fillChat, hostWrites } from './host-rows.js'
import { hydrate } from './hydrate.js'
import { listOwnChats } from './list-chats.js'
import { addMessages, compactMessages } from './messages.js'
import { migrate } from './migrate.js'
import { getOnePin, listAllPins } from './pins.js'
import { writePrompt } from './prompt.js'
import { deleteChat, purge, purgeExpired } from './purge.js'
import { push, pushAtALimit, pushBeyondALimit } from './push.js'
import { refresh } from './refresh.js'
import { deleteForGood, deleteSoftly } from './removal.js'
import { unpin } from './unpin.js'
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
  unpin,
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
  unarchive,
  deleteChat,
  purge,
  purgeExpired,
  diffChat,
  writePrompt,
  listOwnChats,
  listAllPins,
  getOnePin,
  readContext,
  stepClock,
  migrate,
]

/** The operations on one chat, which a stranger must not be able to use. */
export const chatOperations: readonly ChatOperation[] = [
  hydrate,
  refresh,
  unpin,
  bind,
  addMessages,
  archive,
  unarchive,
  deleteChat,
  diffChat,
  writePrompt,
  listAllPins,
  getOnePin,
  readContext,
]

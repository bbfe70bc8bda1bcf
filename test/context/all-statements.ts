import * as addMessages from '../../src/context/add-messages.js'
import * as archive from '../../src/context/archive.js'
import * as bind from '../../src/context/bind.js'
import * as createChat from '../../src/context/create-chat.js'
import * as createWorkspace from '../../src/context/create-workspace.js'
import * as deleteChat from '../../src/context/delete-chat.js'
import * as deleteWorkspace from '../../src/context/delete-workspace.js'
import * as diff from '../../src/context/diff.js'
import * as getChatContext from '../../src/context/get-chat-context.js'
import * as getSkill from '../../src/context/get-skill.js'
import * as inBatches from '../../src/context/in-batches.js'
import * as listChats from '../../src/context/list-chats.js'
import * as listPins from '../../src/context/list-pins.js'
import * as listTools from '../../src/context/list-tools.js'
import * as liveContext from '../../src/context/live-context.js'
import * as locks from '../../src/context/locks.js'
import * as notifyChats from '../../src/context/notify-chats.js'
import * as prompt from '../../src/context/prompt.js'
import * as purge from '../../src/context/purge.js'
import * as purgeFiles from '../../src/context/purge-files.js'
import * as push from '../../src/context/push.js'
import * as refresh from '../../src/context/refresh.js'
import * as refreshPart from '../../src/context/refresh-part.js'
import * as replaceResources from '../../src/context/replace-resources.js'
import * as runOperation from '../../src/context/run-operation.js'
import * as setFollows from '../../src/context/set-follows.js'
import * as settle from '../../src/context/settle.js'
import type { StatementDeclaration } from '../../src/context/statement.js'
import * as unpin from '../../src/context/unpin.js'

/** The declarations of the statements that a module exports. */
export function statementsIn(module: object): StatementDeclaration[] {
  return Object.values(module).flatMap((one) =>
    typeof one === 'function' && 'declaration' in one ? [one.declaration] : [],
  )
}

/** The declarations of all statements that the operations send. */
export const statements: readonly StatementDeclaration[] = [
  addMessages,
  archive,
  bind,
  createChat,
  createWorkspace,
  deleteChat,
  deleteWorkspace,
  diff,
  getChatContext,
  getSkill,
  inBatches,
  listChats,
  listPins,
  listTools,
  liveContext,
  locks,
  notifyChats,
  prompt,
  purge,
  purgeFiles,
  push,
  refresh,
  refreshPart,
  replaceResources,
  runOperation,
  setFollows,
  settle,
  unpin,
].flatMap(statementsIn)

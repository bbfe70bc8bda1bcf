import type { Command } from '../move.js'
import { addMessages } from './add-messages.js'
import { archive } from './archive.js'
import { bind } from './bind.js'
import { compactMessages } from './compact-messages.js'
import { createChat } from './create-chat.js'
import { createWorkspace } from './create-workspace.js'
import { deleteChat } from './delete-chat.js'
import { deleteForGood } from './delete-for-good.js'
import { deleteSoftly } from './delete-softly.js'
import { diff } from './diff.js'
import { fillChat } from './fill-chat.js'
import { getPin } from './get-pin.js'
import { hostWrites } from './host-writes.js'
import { hydrate } from './hydrate.js'
import { listChats } from './list-chats.js'
import { listPins } from './list-pins.js'
import { migrate } from './migrate.js'
import { prompt } from './prompt.js'
import { purge } from './purge.js'
import { purgeExpired } from './purge-expired.js'
import { push } from './push.js'
import { pushAtCap } from './push-at-cap.js'
import { pushBeyondCap } from './push-beyond-cap.js'
import { readContext } from './read-context.js'
import { rebindWorkspace } from './rebind-workspace.js'
import { rebuild } from './rebuild.js'
import { refresh } from './refresh.js'
import { stepClock } from './step-clock.js'
import { unarchive } from './unarchive.js'
import { unpin } from './unpin.js'

/** Everything that a history is made of. */
export const commands: readonly Command[] = [
  createWorkspace,
  createChat,
  push,
  pushAtCap,
  pushBeyondCap,
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
  diff,
  prompt,
  listChats,
  listPins,
  getPin,
  readContext,
  stepClock,
  migrate,
]

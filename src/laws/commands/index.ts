import type { Command } from '../move.js'
import { addMessages } from './add-messages.js'
import { archive, unarchive } from './archive.js'
import { bind, rebindWorkspace } from './bind.js'
import { compactMessages } from './compact-messages.js'
import { createChat } from './create-chat.js'
import { createWorkspace } from './create-workspace.js'
import { deleteChat } from './delete-chat.js'
import { deleteForGood } from './delete-for-good.js'
import { deleteSoftly } from './delete-softly.js'
import { fillChat } from './fill-chat.js'
import { hostWrites } from './host-writes.js'
import { hydrate } from './hydrate.js'
import { migrate } from './migrate.js'
import { purge, purgeExpired } from './purge.js'
import { push } from './push.js'
import { pushAtCap, pushBeyondCap } from './push-at-caps.js'
import { diff, listChats, listPins, prompt } from './read.js'
import { rebuild } from './rebuild.js'
import { refresh } from './refresh.js'
import { stepClock } from './step-clock.js'
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
  stepClock,
  migrate,
]

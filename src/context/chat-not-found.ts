import { DriftpinError } from '../errors.js'

/** The same for a chat that never was, one that is gone, and one that is somebody else's. */
export function chatNotFound(chatId: string): DriftpinError {
  return new DriftpinError(
    'chat_not_found',
    `There is no chat ${chatId} for this owner. It may have been deleted or purged.`,
    { chatId },
  )
}

import { archive } from 'driftpin'
import type { Operations } from 'driftpin/laws'

/** The operations that the application wraps. All others are driftpin's own. */
export const operations: Partial<Operations> = {
  async archive(database, params) {
    console.debug('archive', params.chatId)
    return await archive(database, params)
  },
}

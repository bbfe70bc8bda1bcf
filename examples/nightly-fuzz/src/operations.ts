import { archive } from 'driftpin'
import type { Operations } from 'driftpin/laws'

/** The operations of an application that wraps driftpin's: what is not here is driftpin's own. */
export const operations: Partial<Operations> = {
  async archive(database, params) {
    console.debug('archive', params.chatId)
    return await archive(database, params)
  },
}

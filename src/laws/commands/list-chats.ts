import fc from 'fast-check'
import { owners, pick } from '../choices.js'
import { isDirty } from '../model/chat-context.js'
import { listChats as specified } from '../model/list-chats.js'
import { defineCommand } from '../move.js'

/** The list of an owner, page by page. */
export const listChats = defineCommand({
  name: 'list chats',
  isReading: true,
  choices: fc.record({
    owner: fc.nat(1),
    archived: fc.constantFrom(undefined, true, false),
    limit: fc.integer({ min: 1, max: 3 }),
  }),
  aim: ({ model }, { owner, archived, limit }) => {
    const ownerId = pick(owners, owner)!
    const params = { ownerId, ...(archived !== undefined && { archived }) }
    const which = archived === undefined ? 'the' : archived ? 'the archived' : 'the open'
    return {
      says: `list ${which} chats of an owner by ${limit}`,
      async act({ queryable, operations }) {
        const ids: string[] = []
        const dirty: string[] = []
        let cursor: string | undefined
        // A cursor that does not move on is not followed for ever.
        for (let pages = 0; pages <= model.chats.size; pages += 1) {
          const page = await operations.listChats(queryable, {
            ...{ ...params, limit },
            ...(cursor !== undefined && { cursor }),
          })
          ids.push(...page.chats.map(({ id }) => id))
          dirty.push(...page.chats.filter((chat) => chat.dirty).map(({ id }) => id))
          if (page.nextCursor === null) break
          cursor = page.nextCursor
        }
        return { ids, dirty }
      },
      predict(model) {
        const ids = specified(model, params)
        return { ids, dirty: ids.filter((id) => isDirty(model, model.chats.get(id)!)) }
      },
    }
  },
})

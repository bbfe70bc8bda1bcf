import fc from 'fast-check'
import { owners, pick } from '../choices.js'
import { isDirty } from '../model/live-context.js'
import type { Model } from '../model/model.js'
import { defineOperation, type ExecutionContext } from '../operation.js'
import type { Operations } from '../own-operations.js'

interface Params {
  readonly ownerId: string
  readonly archived?: boolean
}

/** The chats of an owner, newest first, ties by id, each with whether it is dirty. */
export function listChats(model: Model, { ownerId, archived }: Params) {
  const order = (a: string, b: string) => (a < b ? -1 : 1)
  return [...model.chats.values()]
    .filter((chat) => chat.ownerId === ownerId)
    .filter((chat) => archived === undefined || chat.archived === archived)
    .sort((a, b) =>
      a.updatedAt === b.updatedAt ? order(a.id, b.id) : order(b.updatedAt, a.updatedAt),
    )
    .map((chat) => ({ id: chat.id, ownerId, dirty: isDirty(model, chat) }))
}

/** Every page of a list, at most one more than `pagesMax`, in case the cursor does not advance. */
export async function listAllPages(
  { queryable, operations }: Pick<ExecutionContext, 'queryable' | 'operations'>,
  params: Params & { readonly limit: number },
  pagesMax: number,
) {
  const chats: { id: string; ownerId: string; dirty: boolean }[] = []
  let cursor: string | undefined
  for (let pages = 0; pages <= pagesMax; pages += 1) {
    const page: Awaited<ReturnType<Operations['listChats']>> = await operations.listChats(
      queryable,
      { ...params, cursor },
    )
    chats.push(...page.chats.map(({ id, ownerId, dirty }) => ({ id, ownerId, dirty })))
    if (page.nextCursor === null) break
    cursor = page.nextCursor
  }
  return chats
}

/** The list of an owner, page by page. */
export const listOwnChats = defineOperation({
  name: 'list chats',
  isReading: true,
  choices: fc.record({
    owner: fc.nat(1),
    archived: fc.constantFrom(undefined, true, false),
    limit: fc.integer({ min: 1, max: 3 }),
  }),
  resolve: ({ model }, { owner, archived, limit }) => {
    const params = { ownerId: pick(owners, owner)!, archived }
    const which = archived === undefined ? 'the' : archived ? 'the archived' : 'the open'
    return {
      says: `list ${which} chats of ${params.ownerId} by ${limit}`,
      execute: (context) => listAllPages(context, { ...params, limit }, model.chats.size),
      predict: (model) => listChats(model, params),
    }
  },
})

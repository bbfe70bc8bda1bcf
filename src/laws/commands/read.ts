import fc from 'fast-check'
import type { ContextDiff } from '../../context/diff.js'
import { askFor, chatKey, isBusy, isDrifted, owners, pick } from '../choices.js'
import { findChat } from '../model/model.js'
import { diff as differing, inByteOrder, isDirty, listChats as listed } from '../model/read.js'
import { defineCommand } from '../move.js'

/** What is live against what is pinned, by the sources. Law 10 applies whole answers at the end. */
export const diff = defineCommand({
  name: 'diff',
  isReading: true,
  choices: fc.record(chatKey),
  aim: ({ model, nameOf }, choice) => {
    const found = askFor(model, choice, [isDrifted, isBusy])
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `diff ${nameOf(chatId)}${said}`,
      isStranger,
      async act({ queryable, operations }) {
        const answer: ContextDiff = await operations.diff(queryable, key)
        const sources = (list: readonly { source: string }[]) => list.map(({ source }) => source)
        const { chat, hydrated, added, removed, modified } = answer
        const lists = {
          added: sources(added),
          removed: sources(removed),
          modified: sources(modified),
        }
        return { chat, hydrated, ...lists }
      },
      predict: (model) => differing(model, key),
    }
  },
})

/** The prompt of a chat. Law 3 looks at its text around deletions. */
export const prompt = defineCommand({
  name: 'prompt',
  isReading: true,
  choices: fc.record(chatKey),
  aim: ({ model, nameOf }, choice) => {
    const found = askFor(model, choice)
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `write the prompt of ${nameOf(chatId)}${said}`,
      isStranger,
      async act({ queryable, operations }) {
        const { hydrated, text, skipped } = await operations.prompt(queryable, key)
        const again = await operations.prompt(queryable, key)
        return { hydrated, same: again.text === text && again.skipped.length === skipped.length }
      },
      predict: (model) => ({ hydrated: findChat(model, key).pinnedHash !== null, same: true }),
    }
  },
})

/** The list of an owner, page by page. */
export const listChats = defineCommand({
  name: 'list chats',
  isReading: true,
  choices: fc.record({
    owner: fc.nat(1),
    archived: fc.constantFrom(undefined, true, false),
    limit: fc.integer({ min: 1, max: 3 }),
  }),
  aim: (_, { owner, archived, limit }) => {
    const ownerId = pick(owners, owner)!
    const params = { ownerId, ...(archived !== undefined && { archived }) }
    return {
      says: `list ${archived === undefined ? 'the' : archived ? 'the archived' : 'the open'} chats of an owner by ${limit}`,
      async act({ queryable, operations }) {
        const ids: string[] = []
        const dirty: string[] = []
        let cursor: string | undefined
        do {
          const page = await operations.listChats(queryable, {
            ...{ ...params, limit },
            ...(cursor !== undefined && { cursor }),
          })
          ids.push(...page.chats.map(({ id }) => id))
          dirty.push(...page.chats.filter((chat) => chat.dirty).map(({ id }) => id))
          cursor = page.nextCursor ?? undefined
        } while (cursor !== undefined)
        return { ids, dirty }
      },
      predict(model) {
        const ids = listed(model, params)
        return { ids, dirty: ids.filter((id) => isDirty(model, model.chats.get(id)!)) }
      },
    }
  },
})

/** The pins of a chat, in the order of the bytes of their sources. */
export const listPins = defineCommand({
  name: 'list pins',
  isReading: true,
  choices: fc.record({ ...chatKey, bodies: fc.boolean() }),
  aim: ({ model, nameOf }, { bodies, ...choice }) => {
    const found = askFor(model, choice)
    if (!found) return undefined
    const { chatId, key, isStranger, said } = found
    return {
      says: `list the pins of ${nameOf(chatId)}${said}`,
      isStranger,
      async act({ queryable, operations }) {
        const pins = await operations.listPins(queryable, { ...key, bodies })
        return pins.map(({ source }) => source)
      },
      predict: (model) => inByteOrder([...findChat(model, key).pins.keys()]),
    }
  },
})

import fc from 'fast-check'
import { defineChatOperation } from '../chat-operation.js'
import { type ChatKey, pick, place } from '../choices.js'
import { findChat, type Model, type Resource } from '../model/model.js'
import { inByteOrder } from '../model/text.js'
import { toDate } from '../model/time.js'

/** The pins of a chat by source in byte order, with bodies on request. */
export function listPins(model: Model, key: ChatKey, { bodies }: { readonly bodies: boolean }) {
  const { pins } = findChat(model, key)
  return inByteOrder([...pins.keys()]).map((source) => answered(source, pins.get(source)!, bodies))
}

/** One pin with its body, or null if the chat has no pin of this source. */
export function getPin(model: Model, key: ChatKey, source: string) {
  const pin = findChat(model, key).pins.get(source)
  return pin ? answered(source, pin, true) : null
}

function answered(
  source: string,
  { body, createdAt, updatedAt, ...pin }: Resource,
  withBody: boolean,
) {
  const times = { createdAt: toDate(createdAt), updatedAt: toDate(updatedAt) }
  return { source, ...pin, ...times, ...(withBody && { body }) }
}

export const listAllPins = defineChatOperation({
  name: 'list pins',
  choices: { bodies: fc.boolean() },
  simple: { bodies: true },
  says: (chat, { bodies }) => `list the pins of ${chat}${bodies ? ' with their bodies' : ''}`,
  flags: (_, { bodies }) => ({ variant: bodies ? 'with bodies' : 'without bodies' }),
  execute: ({ queryable, operations }, key, { bodies }) =>
    operations.listPins(queryable, { ...key, bodies }),
  predict: (model, key, _, args) => listPins(model, key, args),
})

/** The source of a pin, or a source that the chat has not pinned. */
interface Source {
  readonly source: string
  readonly isPinned?: boolean
}

export const getOnePin = defineChatOperation<Source, { readonly which: number }>({
  name: 'get a pin',
  choices: { which: place },
  argsOf(_, { pins }, { which }) {
    const pinned = pick([...pins.keys()], which)
    return { source: pinned ?? '/nowhere', isPinned: pinned !== undefined }
  },
  simple: { source: '/same' },
  says: (chat, { source }) => `get the pin ${JSON.stringify(source)} of ${chat}`,
  flags: (_, { isPinned }) => ({ variant: isPinned ? 'one' : 'none' }),
  execute: ({ queryable, operations }, key, { source }) =>
    operations.getPin(queryable, { ...key, source }),
  predict: (model, key, _, { source }) => getPin(model, key, source),
})

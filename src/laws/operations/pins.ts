import fc from 'fast-check'
import {
  type ChatKey,
  type ChosenChat,
  chatChoice,
  chooseChat,
  pick,
  place,
  raceOnChat,
} from '../choices.js'
import { findChat, type Model, type Resource } from '../model/model.js'
import { inByteOrder } from '../model/text.js'
import { toDate } from '../model/time.js'
import { defineOperation, type Move } from '../operation.js'

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

const listMove = ({ key, isStranger, text }: ChosenChat, bodies: boolean): Move => ({
  says: `list the pins of ${text}${bodies ? ' with their bodies' : ''}`,
  variant: bodies ? 'with bodies' : 'without bodies',
  isStranger,
  execute: ({ queryable, operations }) => operations.listPins(queryable, { ...key, bodies }),
  predict: (model) => listPins(model, key, { bodies }),
})

export const listAllPins = defineOperation({
  name: 'list pins',
  isReading: true,
  choices: fc.record({ ...chatChoice, bodies: fc.boolean() }),
  resolve: ({ model }, { bodies, ...choice }) => {
    const chat = chooseChat(model, choice)
    return chat && listMove(chat, bodies)
  },
  race: raceOnChat((chat) => listMove(chat, true)),
})

/** One pin, or a source that the chat has not pinned. */
export const getOnePin = defineOperation({
  name: 'get a pin',
  isReading: true,
  choices: fc.record({ ...chatChoice, which: place }),
  resolve: ({ model }, { which, ...choice }) => {
    const chat = chooseChat(model, choice)
    if (!chat) return undefined
    const { key, isStranger, text } = chat
    const pinned = pick([...model.chats.get(key.chatId)!.pins.keys()], which)
    const source = pinned ?? '/nowhere'
    return {
      says: `get the pin ${JSON.stringify(source)} of ${text}`,
      variant: pinned === undefined ? 'none' : 'one',
      isStranger,
      execute: ({ queryable, operations }) => operations.getPin(queryable, { ...key, source }),
      predict: (model) => getPin(model, key, source),
    }
  },
})

import { findChat, type Model, type Resource } from './model.js'
import { inByteOrder } from './text.js'
import { toDate } from './time.js'

type Key = { readonly chatId: string; readonly ownerId?: string }

/** The pins of a chat in the order of the bytes of their sources, with bodies on request. */
export function listPins(model: Model, key: Key, { bodies }: { readonly bodies: boolean }) {
  const { pins } = findChat(model, key)
  return inByteOrder([...pins.keys()]).map((source) => answered(source, pins.get(source)!, bodies))
}

/** One pin with its body, or null where the chat has none of this source. */
export function getPin(model: Model, key: Key, source: string) {
  const pin = findChat(model, key).pins.get(source)
  return pin ? answered(source, pin, true) : null
}

function answered(
  source: string,
  { body, createdAt, updatedAt, ...pin }: Resource,
  whole: boolean,
) {
  const times = { createdAt: toDate(createdAt), updatedAt: toDate(updatedAt) }
  return { source, ...pin, ...times, ...(whole && { body }) }
}

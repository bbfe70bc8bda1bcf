import { type ChatKey, isBusy, isDrifted } from '../choices.js'
import { findChat, liveOf, type Model, Refusal, type Resource } from '../model/model.js'
import { inByteOrder, textOf } from '../model/text.js'
import { defineChatOperation } from '../operation.js'

/** By source: what is only live, what is only pinned, and what differs in what a diff compares. */
export function diff(model: Model, key: ChatKey) {
  const chat = findChat(model, key)
  const { pins } = chat
  const live = liveOf(model, chat)?.resources
  if (!live) throw new Refusal('no_live_context')
  const added = [...live.keys()].filter((source) => !pins.has(source))
  const removed = [...pins.keys()].filter((source) => !live.has(source))
  const modified = [...pins.keys()].filter(
    (source) => live.has(source) && compared(pins.get(source)!) !== compared(live.get(source)!),
  )
  const pinned = (source: string) => ({ pinned: side(pins.get(source)!) })
  const lived = (source: string) => ({ live: side(live.get(source)!) })
  const each = <T>(sources: string[], sides: (source: string) => T) =>
    inByteOrder(sources).map((source) => ({ source, ...sides(source) }))
  return {
    chat: chat.id,
    hydrated: chat.hydrated,
    added: each(added, lived),
    removed: each(removed, pinned),
    modified: each(modified, (source) => ({ ...pinned(source), ...lived(source) })),
  }
}

const compared = ({ kind, contentHash, sizeBytes, status }: Resource) =>
  [kind, contentHash, sizeBytes, status].join(' ')

function side(resource: Resource) {
  const { kind, contentHash, sizeBytes, status } = resource
  return { kind, contentHash, sizeBytes, status, text: textOf(resource) }
}

export const diffChat = defineChatOperation({
  name: 'diff',
  prefers: [isDrifted, isBusy],
  execute: ({ queryable, operations }, key) => operations.diff(queryable, key),
  predict: (model, key) => diff(model, key),
})

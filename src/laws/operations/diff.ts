import type { ContextDiff } from '../../context/index.js'
import { type ChatKey, isBusy, isDrifted } from '../choices.js'
import { toolChanges } from '../model/bodies.js'
import { rightHunks } from '../model/hunks.js'
import { findChat, liveOf, type Model, Refusal, type Resource } from '../model/model.js'
import { inByteOrder, textOf } from '../model/text.js'
import { defineChatOperation } from '../operation.js'

/**
 * By source: what is only live, what is only pinned, and what differs in what a diff compares.
 *
 * @param answer The answer of the operation: of several hunks that are right, it has some.
 */
export function diff(model: Model, key: ChatKey, answer: ContextDiff | undefined) {
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
    modified: each(modified, (source) => {
      const sides = { ...pinned(source), ...lived(source) }
      const given = answer?.modified.find((one) => one.source === source)?.hunks
      return {
        ...sides,
        hunks: rightHunks(sides.pinned.text, sides.live.text, given),
        tools: toolChanges(pins.get(source)!, live.get(source)!),
      }
    }),
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
  predict: (model, key, _, __, answer) => diff(model, key, answer as ContextDiff | undefined),
})

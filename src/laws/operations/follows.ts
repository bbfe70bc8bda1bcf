import fc from 'fast-check'
import { type BodyKind, pushableKinds } from '../../schema/index.js'
import { isBusy, type Preference, weighted } from '../choices.js'
import { settle } from '../model/live-context.js'
import { findChat, followedByDefault } from '../model/model.js'
import { defineChatOperation } from '../operation.js'

/** Kinds in any order, some of them twice. */
export const followSet: fc.Arbitrary<readonly BodyKind[]> = weighted<readonly BodyKind[]>(
  [1, fc.constant([])],
  [1, fc.constant(followedByDefault)],
  [4, fc.array(fc.constantFrom(...pushableKinds), { maxLength: 5 })],
)

/** As a chat stores them. */
export const inEnumOrder = (kinds: readonly BodyKind[]): BodyKind[] =>
  pushableKinds.filter((kind) => kinds.includes(kind))

const isDirty: Preference = (_, { dirtySince, archived }) => dirtySince !== null && !archived

export const setFollows = defineChatOperation({
  name: 'set follows',
  weight: 3,
  event: 'follows_set',
  prefers: [isDirty, isBusy],
  choices: { follows: followSet },
  simple: () => ({ follows: followedByDefault }),
  raceArgs: () => fc.record({ follows: followSet }),
  says: (chat, { follows }) => `let ${chat} follow ${inEnumOrder(follows).join(', ') || 'nothing'}`,
  execute: ({ queryable, operations }, params, { follows }) =>
    operations.setFollows(queryable, { ...params, follows }),
  /** Sets the kinds that a chat follows, and lets it follow and settles it. */
  predict(model, key, now, { follows }) {
    const chat = findChat(model, key)
    chat.follows = inEnumOrder(follows)
    return { chat: chat.id, follows: chat.follows, ...settle(model, [chat], now) }
  },
})

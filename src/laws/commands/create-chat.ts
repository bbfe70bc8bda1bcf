import fc from 'fast-check'
import { enums } from '../../schema/index.js'
import { nobody, owners, pick, pickAgent, place } from '../choices.js'
import { createChat as specified } from '../model/create-chat.js'
import { defineCommand } from '../move.js'

/** A chat that is bound to an agent, or in a workspace without one, or on its own. */
export const createChat = defineCommand({
  name: 'create chat',
  weight: 9,
  choices: fc.record({
    owner: fc.nat(1),
    to: fc.oneof(
      { weight: 8, arbitrary: fc.constant('agent') },
      { weight: 2, arbitrary: fc.constantFrom('nothing', 'workspace', 'nobody') },
    ),
    which: place,
    order: fc.nat(0xffff),
    id: fc.constantFrom('given', 'given', 'made', 'taken'),
    title: fc.option(fc.string({ unit: 'grapheme', maxLength: 20 }), { nil: undefined }),
    status: fc.option(fc.constantFrom(...enums.chat_status), { nil: undefined }),
    notify: fc.boolean(),
    own: fc.boolean(),
  }),
  aim: ({ model, nameOf, newId }, { owner, to, which, order, title, status, ...choice }) => {
    // An agent without a snapshot now and then.
    const living = which % 4 === 0 ? [] : [...model.agents.values()].filter(({ live }) => live)
    const target = {
      agent: () => ({ agentId: (pick(living, which) ?? pickAgent(model, which))?.id }),
      workspace: () => ({ workspaceId: pick([...model.workspaces.keys()], which) }),
      nobody: () => ({ [which % 2 ? 'agentId' : 'workspaceId']: nobody }),
      nothing: () => ({}),
    }[to]!() as { agentId?: string; workspaceId?: string }
    const bound = target.agentId ?? target.workspaceId
    if (to !== 'nothing' && !bound) return undefined
    const taken = choice.id === 'taken' ? pick([...model.chats.keys()], which) : undefined
    const given = choice.id === 'made' ? undefined : (taken ?? newId('chat', order))
    const ownerId = pick(owners, owner)!
    const texts = {
      ...(title !== undefined && { title: title.replaceAll('\0', '') }),
      ...(status && { status }),
    }
    const where = bound ? ` at ${nameOf(bound)}` : ''
    return {
      says: `create ${given ? nameOf(given) : 'a chat'}${where}${taken ? ' again' : ''}`,
      variant: taken ? 'taken id' : to,
      usesOwnClock: choice.own,
      ...(choice.notify && { notifies: 'created' }),
      act: async ({ queryable, operations, now }) =>
        operations.createChat(queryable, {
          ...(given && { id: given }),
          ...{ ownerId, ...target, ...texts, ...now },
          ...(choice.notify && { notify: true }),
        }),
      predict(model, at, answer) {
        const made = (answer as { chat?: { id: string } } | undefined)?.chat?.id ?? nobody
        const id = given ?? made
        return specified(model, { id, ownerId, ...target, ...texts }, at)
      },
    }
  },
})

/** A chat of the first owner, bound to the newest agent. */
export const openingChat = {
  owner: 0,
  to: 'agent',
  which: 0,
  order: 0,
  id: 'given',
  title: undefined,
  status: undefined,
  notify: false,
  own: false,
}

import fc from 'fast-check'
import {
  type ChatKey,
  chatChoice,
  chooseChat,
  mostly,
  pickAgent,
  raceAgentIds,
  raceChatIds,
  type WriteChoice,
  writeChoice,
} from '../choices.js'
import { type Changes, settle } from '../model/live-context.js'
import { findChat, type Model, Refusal, unarchived } from '../model/model.js'
import type { Time } from '../model/time.js'
import { defineOperation, type Move, type RaceMove } from '../operation.js'

type Which = ChatKey | { readonly agentId: string }

/** Hydrates and settles one chat, or all chats of an agent, which may be softly deleted. */
function predict(model: Model, which: Which, now: Time): Changes {
  if (!('agentId' in which)) return settle(model, [findChat(model, which)], now)
  const { agentId } = which
  if (!model.agents.has(agentId)) throw new Refusal('agent_not_found')
  const chats = unarchived(model, (chat) => chat.agentId === agentId)
  return settle(model, chats, now)
}

const moveOf = (
  which: Which,
  text: string,
  { own = false, notify = false }: WriteChoice,
): Move => ({
  says: `hydrate ${text}`,
  variant: 'agentId' in which ? 'agent' : 'chat',
  usesOwnClock: own,
  ...(notify && { notifies: 'changes' }),
  execute: ({ queryable, operations, now }) =>
    operations.hydrate(queryable, { ...which, ...now, notify }),
  predict: (model, at) => predict(model, which, at),
})

/** For one chat, or for all chats of an agent. */
export const hydrate = defineOperation({
  name: 'hydrate',
  weight: 2,
  choices: fc.record({ ...chatChoice, one: fc.boolean(), ...writeChoice }),
  resolve: ({ model }, { one, ...choice }) => {
    const chat = one ? chooseChat(model, choice) : undefined
    if (chat) {
      const { key, isStranger, text } = chat
      return { ...moveOf(key, text, choice), chats: [key.chatId], isStranger }
    }
    const agentId = one ? undefined : pickAgent(model, choice.chat)?.id
    if (!agentId) return undefined
    const chats = unarchived(model, (one) => one.agentId === agentId).map(({ id }) => id)
    return { ...moveOf({ agentId }, `the chats of ${agentId}`, choice), chats }
  },
  race: ({ chatId, agentId }) =>
    fc
      .oneof(
        mostly(chatId, raceChatIds).map((id): [Which, string] => [{ chatId: id }, id]),
        mostly(agentId, raceAgentIds).map((id): [Which, string] => [{ agentId: id }, id]),
      )
      .map(
        ([which, id]): RaceMove =>
          () =>
            moveOf(which, id, {}),
      ),
})

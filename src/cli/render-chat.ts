import { chatState } from './chat-state.js'
import { exactTime } from './human-time.js'
import { paint } from './paint.js'
import { printable } from './printable.js'
import type { ChatLine } from './select-chats.js'

const colours: Record<string, Parameters<typeof paint>[0]> = { dirty: 'yellow', ok: 'green' }

/** Which chat it is, its whole id, and how its context stands, in three lines. */
export function renderChat(chat: ChatLine): string {
  const { id, title, agentName, workspaceName, dirtySince } = chat
  const state = chatState(chat)
  const since = dirtySince ? ` since ${exactTime(dirtySince)}` : ''
  const workspace = workspaceName === null ? '' : ` of ${workspaceName}`
  const agent = agentName === null ? 'no agent' : `agent ${agentName}${workspace}`
  return [
    paint('bold', printable(title)),
    `chat ${id}`,
    `${paint(colours[state] ?? 'dim', state)}${since}, ${printable(agent)}`,
  ].join('\n')
}

import fc from 'fast-check'
import { pick, place } from '../choices.js'
import type { Chat } from '../model/model.js'
import { defineCommand } from '../move.js'

/** Soft deletion of an agent or a workspace, which changes nothing else by itself. */
export const deleteSoftly = defineCommand({
  name: 'delete softly',
  isHosts: true,
  choices: fc.record({ what: fc.constantFrom('agents', 'workspaces'), which: place }),
  aim: ({ model, nameOf }, { what, which }) => {
    const kept = what === 'agents' ? model.agents : model.workspaces
    const id = pick([...kept.keys()].reverse(), which)
    if (!id) return undefined
    const name = what === 'agents' ? 'workspace_agents' : 'workspaces'
    // Its chats are not touched, and have to read as before.
    const isAt = (chat: Chat) => chat.agentId === id || chat.workspaceId === id
    const prompts = [...model.chats.values()].filter(isAt).map((chat) => chat.id)
    return {
      prompts,
      says: `delete ${nameOf(id)} softly`,
      variant: what,
      isRemoval: true,
      async act({ queryable, table }) {
        await queryable.transaction((transaction) =>
          transaction.query(`UPDATE ${table(name)} SET deleted = true WHERE id = $1`, [id]),
        )
      },
      predict(model) {
        const record = what === 'agents' ? model.agents.get(id) : model.workspaces.get(id)
        record!.deleted = true
      },
    }
  },
})

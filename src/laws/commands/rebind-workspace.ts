import fc from 'fast-check'
import { agentToBind, bindingTarget, sayBinding } from '../binding.js'
import { pick, place } from '../choices.js'
import { rebindWorkspace as specified } from '../model/bind.js'
import { unarchived } from '../model/model.js'
import { defineCommand } from '../move.js'

/** What a backend does when a rebuild has made a new agent. */
export const rebindWorkspace = defineCommand({
  name: 'rebind workspace',
  choices: fc.record({ workspace: place, ...bindingTarget }),
  aim: ({ model, nameOf }, { workspace, to, agent, refresh, own, notify }) => {
    const workspaceId = pick([...model.workspaces.keys()], workspace)
    if (!workspaceId) return undefined
    const moving = unarchived(model, (chat) => chat.workspaceId === workspaceId)
    const bound = moving.map((chat) => chat.agentId)
    const agentId = agentToBind(model, { to, agent }, bound)
    if (agentId === undefined) return undefined
    const chats = moving.map(({ id }) => id)
    const where = sayBinding(agentId, refresh, nameOf)
    return {
      says: `rebind the chats of ${nameOf(workspaceId)} to ${where}`,
      variant: refresh ? `${to}, refresh` : to,
      chats,
      repins: refresh ? chats : [],
      usesOwnClock: own,
      ...(notify && { notifies: 'bound' }),
      act: ({ queryable, operations, now }) =>
        operations.rebindWorkspace(queryable, { workspaceId, agentId, refresh, ...now, notify }),
      predict: (model, at) => specified(model, { workspaceId, agentId, refresh }, at),
    }
  },
})

import type { Model } from './model.js'

// What the database does by its foreign keys. Chats keep their pins, hash and mark.

export function removeAgent(model: Model, agentId: string): void {
  model.agents.delete(agentId)
  for (const chat of model.chats.values()) if (chat.agentId === agentId) chat.agentId = null
}

export function removeBuild(model: Model, buildId: string): void {
  const agents = [...model.agents.values()].filter((agent) => agent.buildId === buildId)
  for (const { id } of agents) removeAgent(model, id)
  model.builds.delete(buildId)
  for (const chat of model.chats.values()) if (chat.buildId === buildId) chat.buildId = null
}

export function removeWorkspace(model: Model, workspaceId: string): void {
  const builds = [...model.builds.values()].filter((build) => build.workspaceId === workspaceId)
  for (const { id } of builds) removeBuild(model, id)
  model.workspaces.delete(workspaceId)
  for (const chat of model.chats.values()) {
    if (chat.workspaceId === workspaceId) chat.workspaceId = null
  }
}

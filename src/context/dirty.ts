import type { Names } from './statement.js'

/**
 * Whether a chat reads as dirty: marked, not archived, and bound to an agent with a snapshot. The
 * mark alone does not say so, since archiving a chat and deleting its agent leave it standing.
 *
 * @param chat The alias of the `chats` row in the statement.
 */
export function dirtyExpression(names: Names, chat: string): string {
  // No EXISTS, which may be answered from a hash of all snapshots: a page of chats needs a few.
  return `(${chat}.context_dirty_since IS NOT NULL AND NOT ${chat}.archived AND coalesce((
      SELECT true FROM ${names.workspace_agent_context_snapshots} live
      WHERE live.workspace_agent_id = ${chat}.agent_id), false))`
}

/** The codes of the errors of the operations. */
export type ContextErrorCode =
  | 'invalid_input'
  | 'chat_not_found'
  | 'chat_moved'
  | 'agent_not_found'
  | 'agent_deleted'
  | 'agent_not_ready'
  | 'workspace_not_found'
  | 'build_not_found'
  | 'no_live_context'
  | 'source_not_found'
  | 'isolation_refused'
  | 'transaction_required_none'

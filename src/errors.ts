/**
 * Every code a {@link DriftpinError} can carry. Match on these, never on message text.
 *
 * Errors that PostgreSQL itself reports are not wrapped: they pass through as the driver made
 * them, with their SQLSTATE in `code`.
 */
const errorCodes = [
  // What the caller asked for.
  'invalid_input',
  'chat_not_found',
  'chat_moved',
  'agent_not_found',
  'agent_deleted',
  'workspace_not_found',
  'no_live_context',
  'agent_not_ready',
  // The seam.
  'isolation_refused',
  'transaction_required_none',
  'transaction_closed',
  'transaction_failed',
  'outcome_unknown',
  'waits_for_itself',
  'value_out_of_range',
  'engine_broken',
  'server_unsupported',
  // Migrations.
  'migrations_unreadable',
  'migration_invalid',
  'migration_duplicate',
  'migration_incomplete',
  'migration_edited',
  'migration_gap',
  'migration_unknown',
  'migration_dirty',
  'migration_locked',
  'pooler_refused',
  'migration_failed',
  'migration_target',
  'schema_mismatch',
  'adoption_refused',
  'migration_applied',
  'schema_behind',
  // Scanning.
  'scan_root_not_found',
  'scan_root_not_a_directory',
  'scan_root_unreadable',
  // Connections.
  'listen_failed',
  // The harness.
  'harness_closed',
  'setup_failed',
  'seed_failed',
  'image_damaged',
  'image_foreign',
  'image_unusable',
  'cache_unwritable',
  'rewind_impossible',
  'test_leaked',
  'server_unusable',
  // The workbench.
  'tool_missing',
  'file_foreign',
  'migration_unproven',
  // The laws.
  'law_broken',
] as const

/**
 * One of the codes above.
 *
 * @example
 * ```ts
 * const statuses: Partial<Record<ErrorCode, number>> = { chat_not_found: 404 }
 * const statusOf = (error: DriftpinError) => statuses[error.code] ?? 500
 * ```
 */
export type ErrorCode = (typeof errorCodes)[number]

/**
 * What driftpin throws: a code to match on, a message that says what happened, what was expected
 * and what to do, and always a cause.
 *
 * The cause is the error underneath where there was one, and otherwise the facts that led to the
 * refusal, as a plain object.
 *
 * @example
 * ```ts
 * try {
 *   await refresh(database, { chatId })
 * } catch (error) {
 *   if (error instanceof DriftpinError && error.code === 'no_live_context') return 'nothing newer'
 *   throw error
 * }
 * ```
 */
export class DriftpinError extends Error {
  override readonly name = 'DriftpinError'
  readonly code: ErrorCode
  override readonly cause: unknown

  constructor(code: ErrorCode, message: string, cause: unknown) {
    super(message)
    this.code = code
    this.cause = cause
  }
}

/**
 * What an error says; anything can be thrown. Node's error for a host that refuses at each of its
 * addresses has no words but those of its parts.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const parts = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : ''
  return error.message || parts || error.name
}

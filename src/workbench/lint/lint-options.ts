/**
 * What {@link lintMigrations} can be told.
 *
 * @example
 * ```ts
 * const options: LintOptions = { migrations: './db/migrations', owners: ['users'] }
 * const { findings } = await lintMigrations(options)
 * ```
 */
export interface LintOptions {
  /** A folder of SQL pairs; driftpin's own migrations by default. */
  readonly migrations?: string
  /**
   * Tables whose rows own others, as `chats` or `app.chats`, or with the column that refers to it,
   * as `chats.chat_id`. None by default; `chats` for our own.
   */
  readonly owners?: readonly string[]
  /** Pairs of tables with the same columns after their first. Ours has one, others none. */
  readonly mirrors?: readonly (readonly [string, string])[]
  /** Allows migrations without a down file; false by default. */
  readonly forwardOnly?: boolean
}

/**
 * A place in a migration that is a danger in production.
 *
 * @example
 * ```ts
 * const { findings } = await lintMigrations({ migrations: './db/migrations' })
 * const place = ({ file, line, rule }: Finding) => `${file}:${line} ${rule}`
 * console.log(findings.map(place))
 * ```
 */
export interface Finding {
  /** The id of the rule. */
  readonly rule: string
  /** The name of the file. */
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
  /** The line of the file. */
  readonly text: string
  /** What happens there. */
  readonly message: string
  /** What to do instead. */
  readonly fix: string
}

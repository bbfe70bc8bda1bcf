/**
 * The name of a check. The last five concern the folder as a whole.
 *
 * @example
 * ```ts
 * const isAboutDowns = (check: VerifyCheck) => check.includes('down')
 * ```
 */
export type VerifyCheck =
  | 'up'
  | 'fixture'
  | 'down'
  | 'schema after down'
  | 'rows after down'
  | 'up again'
  | 'rows in every table'
  | 'key order'
  | 'nothing left'
  | 'fresh install'
  | 'running again'

/**
 * A check that failed.
 *
 * @example
 * ```ts
 * const { findings } = await verifyMigrations({ migrations: './db/migrations' })
 * const tell = ({ file, message }: VerifyFinding) => `${file ?? 'the folder'}: ${message}`
 * console.log(findings.map(tell).join('\n'))
 * ```
 */
export interface VerifyFinding {
  /** Undefined if the finding concerns the folder as a whole. */
  readonly version: number | undefined
  /** The file, if the finding concerns one. */
  readonly file: string | undefined
  /** The check that failed. */
  readonly check: VerifyCheck
  /** What happened and what was expected, with line and statement if a file failed. */
  readonly message: string
  /** The difference as SQL or rows: `-` is expected, `+` is the actual state. */
  readonly difference: readonly string[]
}

/**
 * The result for one migration.
 *
 * @example
 * ```ts
 * const onStep = ({ file, outcome, durationMs }: VerifiedMigration) =>
 *   console.log(`${file} ${outcome} in ${durationMs} ms`)
 * await verifyMigrations({ migrations: './db/migrations', onStep })
 * ```
 */
export interface VerifiedMigration {
  /** The number of the migration. */
  readonly version: number
  /** Its name, without the number. */
  readonly name: string
  /** Its up file. */
  readonly file: string
  /**
   * `verified` for up and down; `up only` without a down file; `exempt` if all findings are covered
   * by an exemption; `failed` otherwise.
   */
  readonly outcome: 'verified' | 'up only' | 'exempt' | 'failed'
  /** How long it took, in milliseconds. */
  readonly durationMs: number
  /** The number of rows in all tables while its down and its up ran again. */
  readonly rows: number
  /** The findings. */
  readonly findings: readonly VerifyFinding[]
  /** The findings that are exempt. */
  readonly exempted: readonly VerifyFinding[]
  /** The reason of the exemption, if there are exempt findings. */
  readonly reason: string | undefined
  /** Facts worth knowing that are not failures. */
  readonly notes: readonly string[]
}

/**
 * What {@link verifyMigrations} found.
 *
 * @example
 * ```ts
 * const { ok, findings }: VerifyReport = await verifyMigrations({ migrations: './db/migrations' })
 * if (!ok) throw new AggregateError(findings.map(({ message }) => new Error(message)))
 * ```
 */
export interface VerifyReport {
  /** Whether there is no finding. */
  readonly ok: boolean
  /** The migrations that were reached, in order. */
  readonly migrations: readonly VerifiedMigration[]
  /** All findings: those of each migration, then those of the folder as a whole. */
  readonly findings: readonly VerifyFinding[]
  /** Tables without a row at the end, if the folder has no fixtures. */
  readonly unproven: readonly string[]
  /** Facts worth knowing that are not findings. */
  readonly notes: readonly string[]
  /** How long all of it took, in milliseconds. */
  readonly durationMs: number
}

/** The text of a finding: the check, what happened, and the difference. */
export function renderFinding({ check, message, difference }: VerifyFinding): string {
  return [`${check}: ${message}`, ...difference.map((line) => `  ${line}`)].join('\n')
}

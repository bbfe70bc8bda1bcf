/**
 * What is looked at. The last four are about the folder as a whole.
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
  | 'nothing left'
  | 'fresh install'
  | 'running again'

/**
 * Something that does not hold.
 *
 * @example
 * ```ts
 * const { findings } = await verifyMigrations({ migrations: './db/migrations' })
 * const tell = ({ file, message }: VerifyFinding) => `${file ?? 'the folder'}: ${message}`
 * console.log(findings.map(tell).join('\n'))
 * ```
 */
export interface VerifyFinding {
  /** Undefined for what is about the folder as a whole. */
  readonly version: number | undefined
  /** The file that it is about, if it is one. */
  readonly file: string | undefined
  /** What was looked at. */
  readonly check: VerifyCheck
  /** What happened and what was expected, with line and statement where a file failed. */
  readonly message: string
  /** The least that differs, as SQL or rows: `-` what was expected, `+` what there is. */
  readonly difference: readonly string[]
}

/**
 * How one migration fared.
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
   * `verified` both ways; `up only` where there is no down file; `exempt` where something was found
   * that the folder gives a reason for; `failed` otherwise.
   */
  readonly outcome: 'verified' | 'up only' | 'exempt' | 'failed'
  /** How long it took, in milliseconds. */
  readonly durationMs: number
  /** How many rows all tables held with its fixture, while its down and up ran again. */
  readonly rows: number
  /** What does not hold. */
  readonly findings: readonly VerifyFinding[]
  /** Where the outcome is `exempt`: what was found, and the reason that was given. */
  readonly exempted: readonly VerifyFinding[]
  /** Why it is exempt, if it is. */
  readonly reason: string | undefined
  /** What a person should know of and is no failure. */
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
  /** Each that was reached, in order. */
  readonly migrations: readonly VerifiedMigration[]
  /** All findings, those of the folder as a whole behind those of each migration. */
  readonly findings: readonly VerifyFinding[]
  /** Tables that held no row in the end, where the folder has no fixtures to blame. */
  readonly unproven: readonly string[]
  /** What is worth knowing, and no finding. */
  readonly notes: readonly string[]
  /** How long all of it took, in milliseconds. */
  readonly durationMs: number
}

/** A finding as a person reads it: what was looked at, what happened, and what differs. */
export function renderFinding({ check, message, difference }: VerifyFinding): string {
  return [`${check}: ${message}`, ...difference.map((line) => `  ${line}`)].join('\n')
}

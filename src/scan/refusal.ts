/** Why a file or directory is reported without its content. */
export interface Refusal {
  readonly status: 'unreadable' | 'invalid'
  /** Shown to users, so it names no path of the machine. */
  readonly error: string
}

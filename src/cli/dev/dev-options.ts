/** What `driftpin dev` is told. */
export interface DevOptions {
  readonly data?: string
  readonly memory?: boolean
  readonly port?: number
  readonly migrations?: string
  readonly forwardOnly?: boolean
  readonly ledger?: string
  /** An SQL file, or `none`. */
  readonly seed?: string
  readonly watch?: string
  readonly fresh?: boolean
  readonly json?: boolean
}

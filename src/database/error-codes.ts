/** The codes of the errors of the adapters. */
export type DatabaseErrorCode =
  | 'invalid_input'
  | 'transaction_required_none'
  | 'transaction_closed'
  | 'transaction_failed'
  | 'outcome_unknown'
  | 'waits_for_itself'
  | 'value_out_of_range'
  | 'engine_broken'
  | 'server_unsupported'
  | 'server_unreachable'

import type { Queryable, Transaction } from './database.js'

/**
 * With these settings, values and definitions are printed the same in every session. JIT
 * compilation would take longer than queries of catalogs.
 */
export const neutralSettings: Readonly<Record<string, string>> = {
  transaction_read_only: 'on',
  jit: 'off',
  quote_all_identifiers: 'off',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
}

/**
 * Runs several reads on one snapshot and changes nothing, not even settings: in a transaction, or
 * in a savepoint of the caller's transaction, that is always rolled back.
 */
export async function readAndRollBack<T>(
  queryable: Queryable,
  read: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  let answer: { readonly value: T } | undefined
  const rolledBack = new Error('A transaction that only reads is always rolled back.')
  const work = async (transaction: Transaction): Promise<never> => {
    answer = { value: await read(transaction) }
    throw rolledBack
  }
  try {
    // Several statements see one snapshot, unless the caller's transaction has another level.
    const isolation = 'repeatable read'
    await queryable.transaction(work, queryable.kind === 'transaction' ? {} : { isolation })
  } catch (error) {
    if (error !== rolledBack) throw error
  }
  return answer!.value
}

import type { Queryable, Transaction } from './database.js'

/**
 * With these, values and definitions are printed the same whatever the session has set. Compiling
 * would take longer than what catalogs are asked.
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
 * Reads several things as of one moment and leaves no trace, settings included: in a transaction
 * that is rolled back whatever happens, a savepoint of the caller's where there is one.
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
    // Several statements see one moment, unless the caller's transaction has chosen otherwise.
    const isolation = 'repeatable read'
    await queryable.transaction(work, queryable.kind === 'transaction' ? {} : { isolation })
  } catch (error) {
    if (error !== rolledBack) throw error
  }
  return answer!.value
}

import type { Queryable, Transaction } from './database.js'

/**
 * Values and definitions are printed the same whatever the session has set. Compiling would take
 * longer than any of this runs.
 */
const neutral: Readonly<Record<string, string>> = {
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

const neutralSql = `SELECT pg_catalog.set_config('search_path', $1, true), ${Object.entries(neutral)
  .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`)
  .join(', ')}`

/** What {@link readNeutrally} hands to its callback. */
export interface NeutralReading {
  readonly transaction: Transaction
  /**
   * Makes the rest of the transaction read only, and its settings neutral.
   *
   * @param searchPath As SQL, quoted where a name needs it.
   */
  neutralise(searchPath: string): Promise<void>
}

/**
 * Reads several things as of one moment, with settings of its own, and leaves no trace: in a
 * transaction that is rolled back whatever happens, a savepoint of the caller's where there is one.
 */
export async function readNeutrally<T>(
  queryable: Queryable,
  read: (reading: NeutralReading) => Promise<T>,
): Promise<T> {
  let answer: { readonly value: T } | undefined
  const rolledBack = new Error('A transaction that only reads is always rolled back.')
  const work = async (transaction: Transaction): Promise<never> => {
    const neutralise = async (searchPath: string) => {
      await transaction.query(neutralSql, [searchPath])
    }
    answer = { value: await read({ transaction, neutralise }) }
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

import { DriftpinError } from '../errors.js'
import { quoteIdentifier } from './quote-identifier.js'

const channelPrefix = 'driftpin_'

/**
 * The channel that operations notify on, with `notify: true`: `driftpin_<schema>`.
 *
 * @example
 * ```ts
 * await database.listen(notificationChannel(database.schema), (payload) => console.log(payload))
 * ```
 */
export function notificationChannel(schema: string): string {
  return `${channelPrefix}${schema}`
}

/**
 * Refuses a name that a schema of driftpin cannot have.
 *
 * @throws DriftpinError `invalid_input` for no name at all, for `pg_` names, which PostgreSQL
 * keeps to itself, and for more than 54 bytes, since the channel of its notifications is the
 * name with `driftpin_` before it and has 63.
 */
export function checkSchemaName(schema: string): void {
  quoteIdentifier(schema)
  quoteIdentifier(notificationChannel(schema))
  if (schema.startsWith('pg_') || schema === 'information_schema') {
    throw new DriftpinError(
      'invalid_input',
      `The schema ${JSON.stringify(schema)} belongs to PostgreSQL. Choose another name.`,
      { schema },
    )
  }
}

/** Names without a schema go to this one; pg_temp last, or a temporary table could take them. */
export function searchPath(schema: string): string {
  return `${quoteIdentifier(schema)}, pg_temp`
}

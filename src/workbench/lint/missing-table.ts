import { DriftpinError } from '../../errors.js'
import type { TableFacts } from './read-tables.js'

/** The error for a table that an option names and that the migrations do not leave. */
export function missingTable(
  tables: readonly TableFacts[],
  name: string,
  as: 'owner' | 'mirrored',
): DriftpinError {
  const names = tables.map(({ key }) => key).join(', ') || 'none'
  return new DriftpinError(
    'invalid_input',
    `The ${as} table ${name} is not there after the last migration. There are ${names}.`,
    { table: name },
  )
}

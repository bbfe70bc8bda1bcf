import { DriftpinError } from '../errors.js'

/** The oldest major version of PostgreSQL that driftpin supports. */
export const oldestMajor = 14

/** The SQL expression for the argument of {@link assertSupportedVersion}. */
export const versionNumber = "pg_catalog.current_setting('server_version_num')::pg_catalog.int4"

/**
 * Refuses a server that is too old according to its `server_version_num`, which is the major
 * version times 10000.
 *
 * @throws DriftpinError `server_unsupported`.
 */
export function assertSupportedVersion(version: number): void {
  if (version >= oldestMajor * 10_000) return
  const told = `${Math.floor(version / 10_000)}.${version % 10_000}`
  throw new DriftpinError(
    'server_unsupported',
    `The server is PostgreSQL ${told}, and driftpin works on PostgreSQL ${oldestMajor} and newer. ` +
      'Nothing was written. Upgrade the server, or use another one.',
    { version },
  )
}

import { PGlite } from '@electric-sql/pglite'

/**
 * The settings in which databases from images differ from those of PGlite. One session needs few
 * slots, and a rewind does not have to compare memory that is never used: with these settings it
 * compares about 8 MB instead of 160 MB. Without them everything works the same, but slower. They
 * were found by measuring with `npm run bench -- harness`.
 */
const smallSettings: Readonly<Record<string, string>> = {
  shared_buffers: '1MB',
  wal_buffers: '32kB',
  huge_pages: 'off',
  // Files in memory have no torn pages. Without full pages, the log of a test stays short.
  full_page_writes: 'off',
  max_connections: '1',
  superuser_reserved_connections: '0',
  max_wal_senders: '0',
  max_replication_slots: '0',
  autovacuum_worker_slots: '1',
  io_max_concurrency: '1',
  max_locks_per_transaction: '512',
  max_pred_locks_per_transaction: '64',
  track_activity_query_size: '1024',
  multixact_member_buffers: '16',
  multixact_offset_buffers: '16',
  notify_buffers: '16',
  serializable_buffers: '16',
  subtransaction_buffers: '16',
  transaction_buffers: '16',
  commit_timestamp_buffers: '16',
}

/**
 * PGlite's own parameters without its search_path of `public`, so that every session has the
 * default of a server: `"$user", public`.
 */
export const plainParameters: readonly string[] = PGlite.defaultStartParams.filter(
  (parameter, index, all) => {
    const pair = parameter === '-c' ? all[index + 1] : parameter
    return !pair?.startsWith('search_path=')
  },
)

/** The settings in which PGlite, and so a database without images, differs from a stock server. */
export const plainSettings: Readonly<Record<string, string>> = {
  fsync: 'off',
  ...Object.fromEntries(
    plainParameters
      .filter((parameter) => parameter.includes('='))
      .map((parameter) => parameter.split('=') as [string, string]),
  ),
}

/** The settings in which a database from an image differs from a stock server. */
export const imageSettings: Readonly<Record<string, string>> = {
  ...plainSettings,
  ...smallSettings,
  wal_segment_size: '1MB',
}

/** The start parameters of PGlite. */
export const startParameters: readonly string[] = [
  ...plainParameters,
  ...Object.entries(smallSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
]

/** The parameters of initdb: log segments of 1 MB instead of 16 MB. */
export const initdbParameters: readonly string[] = ['--wal-segsize=1']

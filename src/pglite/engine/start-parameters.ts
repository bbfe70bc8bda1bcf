import { PGlite } from '@electric-sql/pglite'

/**
 * The settings in which a harness's databases differ from PGlite's own. One session needs few
 * slots, and every byte that is never used is a byte that a rewind does not have to look at:
 * with these, a rewind looks at some 8 MB instead of 160. Without them everything works the same,
 * but slower. Found by measuring; `npm run bench -- harness` repeats it.
 */
const smallSettings: Readonly<Record<string, string>> = {
  shared_buffers: '1MB',
  wal_buffers: '32kB',
  huge_pages: 'off',
  // A torn page needs a disk. Without images of pages, the log of a test stays short.
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

/**
 * The settings in which PGlite differs from a stock server, with which the way without images does.
 */
export const plainSettings: Readonly<Record<string, string>> = {
  fsync: 'off',
  ...Object.fromEntries(
    plainParameters
      .filter((parameter) => parameter.includes('='))
      .map((parameter) => parameter.split('=') as [string, string]),
  ),
}

/** The settings in which a database from an image does. */
export const imageSettings: Readonly<Record<string, string>> = {
  ...plainSettings,
  ...smallSettings,
  wal_segment_size: '1MB',
}

/** What PGlite is started with. */
export const startParameters: readonly string[] = [
  ...plainParameters,
  ...Object.entries(smallSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
]

/** What initdb is started with: segments of the log of 1 MB instead of 16. */
export const initdbParameters: readonly string[] = ['--wal-segsize=1']

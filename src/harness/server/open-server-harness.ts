import { DriftpinError } from '../../errors.js'
import { type HarnessOptions, readOptions } from '../harness-options.js'
import type { Harness } from '../open-harness.js'
import { createStatistics } from '../statistics.js'
import { prepareTemplate } from './prepare-template.js'
import { ServerDatabases } from './server-databases.js'
import { openServerTestDatabase, type ServerTestDatabase } from './server-test-database.js'

/** A harness whose databases are on a server, and what its worker does with them. */
export interface ServerHarness {
  readonly harness: Harness
  /** A database of one's own. */
  open(): Promise<ServerTestDatabase>
  /** Drops what an earlier try of a test kept, once it passed. */
  forget(test: string): Promise<void>
}

/** @throws DriftpinError What `openHarness` throws. */
export async function openServerHarness(
  options: HarnessOptions & { readonly server: string },
): Promise<ServerHarness> {
  const read = await readOptions(options)
  const statistics = createStatistics()
  const databases = await ServerDatabases.open(options.server)
  let template: string
  try {
    template = await prepareTemplate({ databases, read, statistics }, options.cacheKey)
  } catch (error) {
    await databases.close()
    throw error
  }
  const given = new Set<ServerTestDatabase>()
  let isClosed = false
  const refuseClosed = () => {
    if (isClosed) throw new DriftpinError('harness_closed', 'This harness was closed.', {})
  }
  const open = async () => {
    refuseClosed()
    const name = await databases.create(template)
    statistics.forks++
    const opened = await openServerTestDatabase(databases, name, () => given.delete(opened))
    given.add(opened)
    if (isClosed) await opened.db.close()
    refuseClosed()
    return opened
  }
  const harness: Harness = {
    settings: {},
    statistics,
    createDatabase: async () => (await open()).db,
    close: async () => {
      if (isClosed) return
      isClosed = true
      try {
        await Promise.all([...given].map(({ db }) => db.close()))
        if (databases.isOwn(template)) await databases.drop(template)
      } finally {
        // What is left then is dropped by the next harness.
        await databases.close()
      }
    },
    [Symbol.asyncDispose]: () => harness.close(),
  }
  return { harness, open, forget: (test) => databases.forget(test) }
}

import { queryOnce } from '../support/query-once.js'
import { uniqueName } from '../support/unique-name.js'
import { urlWith } from '../support/url-with.js'
import { type ConformanceEngine, openAt } from './engine.js'

/** A new database on a server, which it is gone with. */
export async function openDatabaseOf(url: string): Promise<ConformanceEngine> {
  const name = uniqueName('conformance')
  await queryOnce(url, `CREATE DATABASE ${name}`)
  return openAt(urlWith(url, { pathname: `/${name}` }))
}

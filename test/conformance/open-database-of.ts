import { queryOnce } from '../support/query-once.js'
import { type ConformanceEngine, openAt } from './engine.js'

/** A new database on a server, which it is gone with. */
export async function openDatabaseOf(url: string): Promise<ConformanceEngine> {
  const name = `conformance_${process.pid}_${Math.random().toString(36).slice(2)}`
  await queryOnce(url, `CREATE DATABASE ${name}`)
  const own = new URL(url)
  own.pathname = `/${name}`
  return await openAt(own.href)
}

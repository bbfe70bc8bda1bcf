import { afterAll, beforeAll } from 'vitest'
import { queryOnce } from '../support/query-once.js'
import { serverUrl } from '../support/server-url.js'
import { uniqueName } from '../support/unique-name.js'
import { urlWith } from '../support/url-with.js'

/** A database of its own on a real server, for the tests of the enclosing `describe`. */
export interface RaceServer {
  /** Its connection string. */
  readonly url: string
  /** The schemas that the laws have left in it. */
  schemas(): Promise<string[]>
}

export function useRaceServer(major: 14 | 18): RaceServer {
  const name = uniqueName('laws')
  const server = serverUrl(major)
  const url = urlWith(server, { pathname: `/${name}` })
  beforeAll(() => queryOnce(server, `CREATE DATABASE ${name}`))
  afterAll(() => queryOnce(server, `DROP DATABASE ${name} WITH (FORCE)`))
  return {
    url,
    async schemas() {
      const text = "SELECT nspname AS name FROM pg_catalog.pg_namespace WHERE nspname ~ 'laws'"
      const rows = await queryOnce(url, `${text} ORDER BY 1`)
      return rows.map((row) => String(row.name))
    },
  }
}

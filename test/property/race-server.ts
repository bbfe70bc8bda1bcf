import pg from 'pg'
import { afterAll, beforeAll, inject } from 'vitest'

/** A database of its own on a real server, for the tests of the enclosing `describe`. */
export interface RaceServer {
  /** Its connection string. */
  readonly url: string
  /** The schemas that the laws have left in it. */
  schemas(): Promise<string[]>
}

export function useRaceServer(major: 14 | 18): RaceServer {
  const name = `laws_${process.pid}_${Math.random().toString(36).slice(2)}`
  const server = () => inject('servers').find((one) => one.major === major)!.url
  const url = () => {
    const own = new URL(server())
    own.pathname = `/${name}`
    return own.href
  }
  beforeAll(async () => {
    await ask(server(), `CREATE DATABASE ${name}`)
  })
  afterAll(async () => {
    await ask(server(), `DROP DATABASE ${name} WITH (FORCE)`)
  })
  return {
    get url() {
      return url()
    },
    async schemas() {
      const text = "SELECT nspname AS name FROM pg_catalog.pg_namespace WHERE nspname ~ 'laws'"
      const rows = await ask(url(), `${text} ORDER BY 1`)
      return rows.map((row) => String(row.name))
    },
  }
}

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

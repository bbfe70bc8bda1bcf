import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll } from 'vitest'
import { serverUrl } from '../support/server-url.js'
import { urlWith } from '../support/url-with.js'

/** A user of a server who may create databases, and nothing beyond. */
export interface Sailor {
  readonly name: string
  /** What a harness is told, with the password in it. */
  readonly url: string
  readonly password: string
  /** The user who may do anything, in the database postgres. */
  readonly admin: pg.Client
  /** The names of all databases of this user. */
  databases(): Promise<string[]>
}

/** Makes a user for the tests of the enclosing `describe`, and removes all that it has. */
export function useSailor(major: number): Sailor {
  const name = `sailor_${randomBytes(6).toString('hex')}`
  const password = randomBytes(12).toString('hex')
  let admin: pg.Client | undefined
  const server = serverUrl(major)
  const sailor: Sailor = {
    name,
    password,
    get url() {
      return urlWith(server, { username: name, password })
    },
    get admin() {
      return admin!
    },
    async databases() {
      const { rows } = await admin!.query<{ name: string }>(
        `SELECT datname::text AS name FROM pg_database
         WHERE pg_get_userbyid(datdba) = $1 ORDER BY 1`,
        [name],
      )
      return rows.map((row) => row.name)
    },
  }
  beforeAll(async () => {
    admin = new pg.Client({ connectionString: server })
    await admin.connect()
    await admin.query(`CREATE ROLE ${name} LOGIN CREATEDB PASSWORD '${password}'`)
  })
  afterAll(async () => {
    for (const left of await sailor.databases()) {
      await admin!.query(`DROP DATABASE "${left}" WITH (FORCE)`)
    }
    await admin!.query(`DROP ROLE ${name}`)
    await admin!.end()
  })
  return sailor
}

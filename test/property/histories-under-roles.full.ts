import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { applyGrants, type Database, type Queryable } from '../../src/index.js'
import { assertHistories, type Operations } from '../../src/laws/index.js'
import { ownOperations } from '../../src/laws/own-operations.js'
import { uniqueName } from '../support/unique-name.js'
import { useRaceServer } from './race-server.js'

type AnyOperation = (queryable: Queryable, params: never) => Promise<unknown>

/** The operation, done with the rights of a role wherever it is called. */
function under(role: string, operation: AnyOperation): AnyOperation {
  return async (queryable, params) => {
    if (queryable.kind === 'database') {
      return await (queryable as Database).withSession(async (session) => {
        await session.script(`SET ROLE ${role}`)
        try {
          return await operation(session, params)
        } finally {
          await session.script('RESET ROLE')
        }
      })
    }
    await queryable.script(`SET LOCAL ROLE ${role}`)
    try {
      return await operation(queryable, params)
    } finally {
      // In a transaction that has failed nothing is run any more, and its end resets the role.
      await queryable.script('RESET ROLE').catch(() => {})
    }
  }
}

describe.each([14, 18] as const)(
  'histories under the rights of roles on PostgreSQL %i',
  (major) => {
    const server = useRaceServer(major)
    const [appRole, retentionRole] = [uniqueName('laws_app'), uniqueName('laws_retention')]
    // Roles belong to the whole server, and outlive the database.
    afterAll(async () => {
      const client = new pg.Client({ connectionString: server.url })
      await client.connect()
      const roles = `${appRole}, ${retentionRole}`
      await client.query(`DROP OWNED BY ${roles}; DROP ROLE ${roles}`)
      await client.end()
    })
    const operationsOf = (roleOf: (name: string) => string) =>
      Object.fromEntries(
        Object.entries(ownOperations).map(([name, operation]) => [
          name,
          under(roleOf(name), operation as AnyOperation),
        ]),
      ) as unknown as Operations

    test('hold the laws with every operation under its role, and only there', async () => {
      const options = {
        ...{ server: server.url, seed: 20261126 },
        prepare: (database: Database) =>
          applyGrants(database, { appRole, retentionRole, createRoles: true }),
      }
      const operations = operationsOf((name) => (/^purge/.test(name) ? retentionRole : appRole))
      const report = await assertHistories({ ...options, operations, runs: 60 })
      expect(report).toMatchObject({ runs: 60, failure: undefined })
      const wrong = operationsOf(() => retentionRole)
      const denied = assertHistories({ ...options, operations: wrong, runs: 60, shrinksMax: 0 })
      await expect(denied).rejects.toThrow(/^Law \d+/)
    })
  },
)

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeDatabase, differences, digestDatabase } from '../../src/catalog/index.js'
import type { Database, Session } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { catalogChanges } from './digest-catalog-changes.js'
import { contentChanges } from './digest-content-changes.js'
import { digestStart } from './digest-start.js'

const options = { settings: ['app.owner'] }

describe.each(engineNames)('the digest on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  const roles = ['digest_one', 'digest_other', 'digest_super']
  beforeAll(async () => {
    database = engine.database('public')
    await database.script(digestStart)
    await database.script(`CREATE ROLE digest_one; CREATE ROLE digest_other;
      CREATE ROLE digest_super SUPERUSER; SELECT lo_from_bytea(4343, '\\x01')`)
  })
  afterAll(async () => {
    // Roles outlive the database, and belong to the server that the other test files use.
    await database?.script(roles.map((name) => `DROP ROLE IF EXISTS ${name};`).join(''))
  })

  const inSession = <T>(work: (session: Session) => Promise<T>) =>
    database.withSession(async (session) => {
      await session.script("SET app.owner = ''")
      return await work(session)
    })

  test.each([...contentChanges, ...catalogChanges])(
    'tells $what, and where it is',
    async ({ sql, undo, differs }) => {
      await inSession(async (session) => {
        const before = await describeDatabase(session, options)
        const hash = await digestDatabase(session, options)
        const check = async (
          inside: Session | Parameters<Parameters<Session['transaction']>[0]>[0],
        ) => {
          await inside.script(sql)
          const found = differences(before, await describeDatabase(inside, options))
          for (const start of differs) expect(found).toContainEqual(expect.stringContaining(start))
          expect(found.filter((one) => !differs.some((start) => one.startsWith(start)))).toEqual([])
          expect(await digestDatabase(inside, options)).not.toBe(hash)
        }
        if (undo !== undefined) {
          await check(session)
          await session.script(undo)
        } else {
          const undone = new Error('undone')
          await session
            .transaction(async (transaction) => {
              await check(transaction)
              throw undone
            })
            .catch((error) => expect(error).toBe(undone))
        }
        expect(differences(before, await describeDatabase(session, options))).toEqual([])
        expect(await digestDatabase(session, options)).toBe(hash)
      })
    },
  )
})

import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { digestRows, readCatalog } from '../../src/catalog/index.js'
import { createChat, type Database, type Transaction, unpin } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { goodCalls, makeWorld } from './make-world.js'
import { call, commitsBatches, type OperationName } from './operations.js'

type Call = [OperationName, Record<string, unknown>]

/** Calls that all have something to write, one that hydrates and one that unarchives included. */
async function writingCalls(database: Database): Promise<Call[]> {
  const world = await makeWorld(database)
  const { agentId, ownerId, archivedId } = world
  const { chat: bare } = await createChat(database, { ownerId, agentId })
  for (const chatId of [bare.id, archivedId]) await unpin(database, { chatId })
  const chatOf: Partial<Record<OperationName, string>> = { hydrate: bare.id, unarchive: archivedId }
  const reading = /^(get|list|diff|prompt)/
  return goodCalls(world)
    .filter(([name]) => !reading.test(name))
    .map(([name, params]): Call => {
      const chatId = 'chatId' in params ? (chatOf[name] ?? params.chatId) : undefined
      return [name, chatId === undefined ? params : { ...params, chatId }]
    })
}

describe.each(engineNames)('an operation that fails half way on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  let calls: Call[]
  /** How many writes each of them makes. */
  const counts: number[] = []
  beforeAll(async () => {
    database = await engine.install()
    calls = await writingCalls(database)
    const schema = `"${database.schema}"`
    await database.script(`
      CREATE SEQUENCE ${schema}.writes;
      CREATE FUNCTION ${schema}.fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('${schema}.writes') = current_setting('test.fails_at', true)::bigint THEN
          RAISE EXCEPTION 'made to fail' USING ERRCODE = '55000';
        END IF;
        RETURN NULL;
      END $$;`)
    for (const { name } of (await readCatalog(database)).tables) {
      await database.script(`CREATE TRIGGER fail AFTER INSERT OR UPDATE OR DELETE
        ON ${schema}."${name}" FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.fail();`)
    }
    for (const one of calls) counts.push(commitsBatches(one[0]) ? 1 : await countWrites(one))
  })

  /** Runs some work with the write that has this number made to fail. */
  async function failingAt<T>(
    number: number,
    work: (database: Database) => Promise<T>,
  ): Promise<T> {
    return await database.withSession(async (session) => {
      await session.query(`SELECT setval('"${database.schema}".writes', 1, false)`)
      await session.query("SELECT set_config('test.fails_at', $1, false)", [String(number)])
      try {
        return await work(session as unknown as Database)
      } finally {
        await session.query("SELECT set_config('test.fails_at', '0', false)")
      }
    })
  }

  /** How many writes a call makes; they are rolled back. */
  async function countWrites([name, params]: Call): Promise<number> {
    let writes = 0n
    const counting = failingAt(0, (session) =>
      session.transaction(async (transaction: Transaction) => {
        await call(name, transaction, params)
        const sql = `SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END AS n
                     FROM "${database.schema}".writes`
        writes = (await transaction.query<{ n: bigint }>(sql)).rows[0]!.n
        throw new Error('rolled back on purpose')
      }),
    )
    await expect(counting).rejects.toThrow('rolled back on purpose')
    return Number(writes)
  }

  test('changes nothing, whichever of its writes it fails at', async () => {
    const before = await digestRows(database)
    for (const [n, [name, params]] of calls.entries()) {
      const writes = counts[n]!
      expect([name, writes > 0]).toStrictEqual([name, true])
      for (let number = 1; number <= writes; number++) {
        const failing = failingAt(number, (session) => call(name, session, params))
        await expect(failing).rejects.toMatchObject({ code: '55000' })
      }
    }
    expect(await digestRows(database)).toStrictEqual(before)
  })

  test("changes nothing in the caller's transaction, which goes on and commits", async () => {
    const { workspaces: had, ...before } = await digestRows(database)
    const inside = [...calls.entries()].filter(([, [name]]) => !commitsBatches(name))
    const sql = `INSERT INTO "${database.schema}".workspaces (owner_id, name) VALUES ($1, $2)`
    for (const [n, [name, params]] of inside) {
      await failingAt(counts[n]!, (session) =>
        session.transaction(async (transaction: Transaction) => {
          const failing = call(name, transaction, params)
          await expect(failing).rejects.toMatchObject({ code: '55000' })
          await transaction.query(sql, [randomUUID(), name])
        }),
      )
    }
    const { workspaces: has, ...after } = await digestRows(database)
    expect(after).toStrictEqual(before)
    expect(has!.rows).toBe(had!.rows + inside.length)
  })
})

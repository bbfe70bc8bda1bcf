import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { digestRows } from '../../src/catalog/index.js'
import {
  addMessages,
  archive,
  createChat,
  type Database,
  DriftpinError,
  getChatContext,
  listPins,
  push,
  refresh,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makeResources } from './make-resources.js'
import { goodCalls, makeWorld } from './make-world.js'
import { call, commitsBatches } from './operations.js'
import { refusal } from './refusal.js'

/** Operations that only read: one statement, which sees one moment at any isolation. */
const reading = /^(get\w+|list\w+|diff|prompt)$/

describe.each(engineNames)('operations and transactions on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  /** Another one, whose tables are left with a trigger that fails. */
  let installed: Database
  beforeAll(async () => {
    database = await engine.install()
    installed = await engine.install()
  })

  test("operations in the caller's transaction compose, and are rolled back with it", async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const before = await digestRows(database)
    const work = database.transaction(async (transaction) => {
      await push(transaction, { agentId, version: 1, resources: makeResources(3) })
      const params = { ownerId, agentId, follows: [] }
      const { chat, hydrated } = await createChat(transaction, params)
      expect(hydrated).toBe(true)
      const chatId = chat.id
      const { dirtied } = await push(transaction, { agentId, version: 2, resources: [] })
      expect(dirtied).toStrictEqual([chat])
      expect(await refresh(transaction, { chatId })).toMatchObject({ removed: 3 })
      await addMessages(transaction, { chatId, messages: [{ role: 'user', content: 'x' }] })
      await archive(transaction, { chatId })
      expect(await listPins(transaction, { chatId })).toStrictEqual([])
      throw new Error('rolled back on purpose')
    })
    await expect(work).rejects.toThrow('rolled back on purpose')
    expect(await digestRows(database)).toStrictEqual(before)
  })

  test("a refused operation leaves the caller's transaction able to go on and commit", async () => {
    const { chatId, agentId, ownerId } = await makeWorld(database)
    const { chat: loose } = await createChat(database, { ownerId: randomUUID() })
    const id = chatId
    const kept = await database.transaction(async (transaction) => {
      const before = await digestRows(transaction)
      const taken = createChat(transaction, { id, ownerId, agentId })
      await expect(taken).rejects.toMatchObject({ code: '23505' })
      await refusal(refresh(transaction, { chatId: loose.id }), 'no_live_context')
      await refusal(archive(transaction, { chatId: randomUUID() }), 'chat_not_found')
      const bad = push(transaction, { agentId: randomUUID(), version: 1, resources: [] })
      await refusal(bad, 'agent_not_found')
      await refusal(push(transaction, { agentId, version: -1, resources: [] }), 'invalid_input')
      expect(await digestRows(transaction)).toStrictEqual(before)
      return (await createChat(transaction, { ownerId, agentId })).chat
    })
    const context = await getChatContext(database, { chatId: kept.id })
    expect(context).toMatchObject({ chat: kept, hydrated: true })
  })

  test.each(['repeatable read', 'serializable'] as const)(
    'every operation that writes is refused at %s, and changes nothing',
    async (isolation) => {
      const world = await makeWorld(database)
      const before = await digestRows(database)
      for (const [name, params] of goodCalls(world)) {
        if (commitsBatches(name)) continue
        await database.transaction(
          async (transaction) => {
            const attempt = call(name, transaction, params)
            if (reading.test(name)) return await attempt
            const { message } = await refusal(attempt, 'isolation_refused')
            expect(message).toContain(isolation.toUpperCase())
            return undefined
          },
          { isolation },
        )
      }
      expect(await digestRows(database)).toStrictEqual(before)
    },
  )

  test('own transactions are at READ COMMITTED whatever the session would begin at', async () => {
    await database.withSession(async (session) => {
      await session.script('SET default_transaction_isolation = serializable')
      try {
        const { agentId, ownerId } = await makeAgent(session)
        const first = push(session, { agentId, version: 1, resources: makeResources(2) })
        expect((await first).accepted).toBe(true)
        expect((await createChat(session, { ownerId, agentId })).hydrated).toBe(true)
      } finally {
        await session.script('RESET default_transaction_isolation')
      }
    })
  })

  /**
   * Makes the next writes of snapshots fail, so many times, as if with a serialization failure. A
   * sequence counts the attempts, since a rollback does not take it back.
   */
  async function failTimes(installed: Database, times: number, sqlState: string): Promise<void> {
    const schema = `"${installed.schema}"`
    await installed.script(`
      DROP FUNCTION IF EXISTS ${schema}.fail CASCADE;
      DROP SEQUENCE IF EXISTS ${schema}.attempts;
      CREATE SEQUENCE ${schema}.attempts;
      CREATE FUNCTION ${schema}.fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('${schema}.attempts') <= ${times} THEN
          RAISE EXCEPTION 'made to fail' USING ERRCODE = '${sqlState}';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER fail BEFORE INSERT ON ${schema}.workspace_agent_context_snapshots
      FOR EACH ROW EXECUTE FUNCTION ${schema}.fail();`)
  }

  async function attempts(installed: Database): Promise<bigint> {
    const sql = `SELECT last_value AS n FROM "${installed.schema}".attempts`
    return (await installed.query<{ n: bigint }>(sql)).rows[0]!.n
  }

  test.each(['40001', '40P01'])('%s is tried again five times and no more', async (sqlState) => {
    const { agentId } = await makeAgent(installed)
    const pushIt = (version: number) =>
      push(installed, { agentId, version, resources: makeResources(2) })
    await failTimes(installed, 5, sqlState)
    expect(await pushIt(1)).toMatchObject({ accepted: true })
    expect(await attempts(installed)).toBe(6n)
    await failTimes(installed, 6, sqlState)
    const before = await digestRows(installed)
    await expect(pushIt(2)).rejects.toMatchObject({ code: sqlState })
    expect(await attempts(installed)).toBe(6n)
    expect(await digestRows(installed)).toStrictEqual(before)
    expect(await pushIt(2)).toMatchObject({ accepted: true })
  })

  test("nothing is tried again inside the caller's transaction, nor another error", async () => {
    const { agentId } = await makeAgent(installed)
    const params = { agentId, version: 1, resources: [] }
    await failTimes(installed, 1, '40001')
    const inside = installed.transaction((transaction) => push(transaction, params))
    await expect(inside).rejects.toMatchObject({ code: '40001' })
    expect(await attempts(installed)).toBe(1n)
    await failTimes(installed, 1, '55000')
    await expect(push(installed, params)).rejects.toMatchObject({ code: '55000' })
    expect(await attempts(installed)).toBe(1n)
  })
})

describe.each(['PostgreSQL 14', 'PostgreSQL 18'] as const)('deadlocks on %s', (engineName) => {
  const engine = useEngine(engineName)

  test('a push that loses a deadlock is tried again until it has won', async () => {
    const database = await engine.install()
    const { agentId, ownerId } = await makeAgent(database)
    const { chat } = await createChat(database, { ownerId, agentId })
    const schema = `"${database.schema}"`
    let pushing: ReturnType<typeof push> | undefined
    await database.transaction(async (transaction) => {
      // Chat first and agent second is the order that no operation takes; the push is the one
      // that finds the deadlock, since this session waits for longer before it looks.
      await transaction.script("SET LOCAL deadlock_timeout = '1h'")
      await transaction.query(`SELECT FROM ${schema}.chats WHERE id = $1 FOR UPDATE`, [chat.id])
      pushing = push(database, { agentId, version: 1, resources: makeResources(2) })
      pushing.catch(() => {})
      const locked = `SELECT FROM ${schema}.workspace_agents WHERE id = $1 FOR UPDATE`
      const free = `${locked} SKIP LOCKED`
      while ((await database.query(free, [agentId])).rowCount > 0);
      await transaction.query(locked, [agentId])
    })
    expect(await pushing).toMatchObject({ accepted: true, hydrated: [chat] })
  })

  test('an error of PostgreSQL is passed on as it is', async () => {
    const database = await engine.install()
    const { ownerId } = await makeAgent(database)
    const { chat } = await createChat(database, { ownerId })
    const again = createChat(database, { id: chat.id, ownerId })
    const error: unknown = await again.catch((error: unknown) => error)
    expect(error).not.toBeInstanceOf(DriftpinError)
    expect(error).toMatchObject({ code: '23505', constraint: 'chats_pkey' })
  })
})

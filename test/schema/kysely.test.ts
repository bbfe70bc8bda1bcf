import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, expectTypeOf, inject, test } from 'vitest'
import {
  type ChatStatus,
  createMigrator,
  type DriftpinTables,
  fromPg,
  type JsonValue,
  type Row,
} from '../../src/index.js'
import { serverUrl } from '../support/server-url.js'

const owner = '00000000-0000-4000-8000-000000000001'

describe.each(inject('servers').map(({ major }) => major))('Kysely on PostgreSQL %s', (major) => {
  const schema = `kysely ${process.pid}`
  let pool: pg.Pool
  let kysely: Kysely<DriftpinTables>

  beforeAll(async () => {
    const url = serverUrl(major)
    pool = new pg.Pool({ connectionString: url, max: 2 })
    await createMigrator(fromPg(pool, { schema })).up()
    kysely = new Kysely<DriftpinTables>({ dialect: new PostgresDialect({ pool }) }).withSchema(
      schema,
    )
  })
  afterAll(async () => {
    await pool.query(`DROP SCHEMA "${schema}" CASCADE`)
    await kysely.destroy()
  })

  test('inserts with defaults, joins and reads with the types that come back', async () => {
    const chat = await kysely
      .insertInto('chats')
      .values({ owner_id: owner, title: 'Typed' })
      .returning(['id', 'status', 'context_hashes', 'created_at'])
      .executeTakeFirstOrThrow()
    expectTypeOf(chat).toEqualTypeOf<{
      id: string
      status: ChatStatus
      context_hashes: JsonValue | null
      created_at: Date
    }>()
    expect(chat).toMatchObject({ status: 'waiting', context_hashes: null })
    expect(chat.created_at).toBeInstanceOf(Date)

    await kysely
      .insertInto('chat_messages')
      .values({ chat_id: chat.id, role: 'user', content: JSON.stringify({ text: 'hello' }) })
      .execute()
    const rows = await kysely
      .selectFrom('chat_messages')
      .innerJoin('chats', 'chats.id', 'chat_messages.chat_id')
      .where('chats.owner_id', '=', owner)
      .select(['chat_messages.id as message', 'chat_messages.content', 'chats.title'])
      .execute()
    expectTypeOf(rows).toEqualTypeOf<
      { message: string; content: JsonValue | null; title: string }[]
    >()
    expect(rows).toEqual([
      { message: expect.stringMatching(/^\d+$/), content: { text: 'hello' }, title: 'Typed' },
    ])
  })

  test('updates and counts', async () => {
    const { numUpdatedRows } = await kysely
      .updateTable('chats')
      .set({ archived: true, updated_at: new Date(0) })
      .where('owner_id', '=', owner)
      .executeTakeFirst()
    expect(numUpdatedRows).toBe(1n)
    const archived = await kysely
      .selectFrom('chats')
      .select('updated_at')
      .where('archived', '=', true)
      .execute()
    expect(archived).toEqual([{ updated_at: new Date(0) }])
  })
})

describe('the types of the tables', () => {
  const compiled = new Kysely<DriftpinTables>({
    dialect: new PostgresDialect({ pool: new pg.Pool() }),
  })

  test('what the database gives by itself may be left out, and nothing else', () => {
    compiled.insertInto('chats').values({ owner_id: owner })
    // @ts-expect-error: a chat has an owner.
    compiled.insertInto('chats').values({ title: 'nobody' })
    // @ts-expect-error: an identity is never written.
    compiled.insertInto('chat_messages').values({ chat_id: owner, role: 'user', id: '1' })
    // @ts-expect-error: there is no such role.
    compiled.insertInto('chat_messages').values({ chat_id: owner, role: 'nobody' })
    // @ts-expect-error: there is no such column.
    compiled.selectFrom('chats').select('titel')
    // @ts-expect-error: there is no such table.
    compiled.selectFrom('chat')
    const { sql, parameters } = compiled
      .selectFrom('workspace_agent_context_snapshots')
      .select('version')
      .where('version', '>', '5')
      .compile()
    expect(sql).toBe(
      'select "version" from "workspace_agent_context_snapshots" where "version" > $1',
    )
    expect(parameters).toEqual(['5'])
  })

  test('a bigint is a string with plain pg, and a bigint through our adapters', () => {
    type Messages<Int8> = DriftpinTables<Int8>['chat_messages']['id']['__select__']
    expectTypeOf<DriftpinTables['chat_messages']['id']['__select__']>().toEqualTypeOf<string>()
    expectTypeOf<Messages<bigint>>().toEqualTypeOf<bigint>()
    expectTypeOf<Row<'chat_messages'>['id']>().toEqualTypeOf<bigint>()
  })

  test('a row has every column, as our adapters give it', () => {
    expectTypeOf<Row<'chat_context_resources'>>().toEqualTypeOf<{
      readonly chat_id: string
      readonly source: string
      readonly body_kind: Row<'workspace_agent_context_resources'>['body_kind']
      readonly body: JsonValue
      readonly content_hash: Uint8Array
      readonly size_bytes: bigint
      readonly status: 'ok' | 'oversize' | 'unreadable' | 'invalid' | 'excluded'
      readonly error: string
      readonly source_path: string
      readonly created_at: Date
      readonly updated_at: Date
    }>()
    expectTypeOf<Row<'chats'>['agent_id']>().toEqualTypeOf<string | null>()
    expectTypeOf<Row<'chats'>['context_dirty_since']>().toEqualTypeOf<Date | null>()
    expectTypeOf<Row<'chat_files'>['data']>().toEqualTypeOf<Uint8Array>()
  })
})

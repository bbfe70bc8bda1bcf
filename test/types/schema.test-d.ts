import type { Insertable, Kysely, Selectable } from 'kysely'
import { expectTypeOf, test } from 'vitest'
import type {
  BodyKind,
  ChatStatus,
  chatScopedTables,
  DriftpinTables,
  Row,
  tableNames,
} from '../../src/index.js'

test('a row is what the adapters make of it', () => {
  expectTypeOf<Row<'chats'>['id']>().toEqualTypeOf<string>()
  expectTypeOf<Row<'chats'>['agent_id']>().toEqualTypeOf<string | null>()
  expectTypeOf<Row<'chats'>['status']>().toEqualTypeOf<ChatStatus>()
  expectTypeOf<Row<'chats'>['updated_at']>().toEqualTypeOf<Date>()
  expectTypeOf<Row<'chat_messages'>['id']>().toEqualTypeOf<bigint>()
  expectTypeOf<Row<'chat_context_resources'>['content_hash']>().toEqualTypeOf<Uint8Array>()
  expectTypeOf<Row<'chat_context_resources'>['body_kind']>().toEqualTypeOf<BodyKind>()
})

test('Kysely gives and takes what node-postgres does', () => {
  type Chats = DriftpinTables['chats']
  expectTypeOf<Selectable<Chats>['title']>().toEqualTypeOf<string>()
  expectTypeOf<Insertable<Chats>>().toExtend<{ owner_id: string; title?: string | undefined }>()
  expectTypeOf<{ owner_id: string }>().toExtend<Insertable<Chats>>()
  expectTypeOf<Selectable<DriftpinTables['chat_messages']>['id']>().toEqualTypeOf<string>()
  expectTypeOf<Selectable<DriftpinTables<bigint>['chat_messages']>['id']>().toEqualTypeOf<bigint>()
  const select = (kysely: Kysely<DriftpinTables>) => kysely.selectFrom('chats').select('title')
  expectTypeOf(select).returns.toHaveProperty('execute')
  // @ts-expect-error: there is no such column.
  void ((kysely: Kysely<DriftpinTables>) => kysely.selectFrom('chats').select('titel'))
})

test('the names of tables are literals', () => {
  expectTypeOf<(typeof tableNames)[number]>().toEqualTypeOf<keyof DriftpinTables>()
  expectTypeOf<'chats'>().not.toExtend<(typeof chatScopedTables)[number]>()
  expectTypeOf<'chat_messages'>().toExtend<(typeof chatScopedTables)[number]>()
  // @ts-expect-error: there is no such table.
  expectTypeOf<Row<'chat'>>()
})

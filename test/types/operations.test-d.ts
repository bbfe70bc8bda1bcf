import type { PGlite } from '@electric-sql/pglite'
import type pg from 'pg'
import { expectTypeOf, test } from 'vitest'
import {
  type ChatRef,
  createChat,
  type Database,
  DriftpinError,
  type diff,
  type ErrorCode,
  fromPGlite,
  fromPg,
  fromPgTransaction,
  getPin,
  listChats,
  listPins,
  type Pin,
  type PinWithBody,
  prompt,
  purge,
  push,
  refresh,
  type Transaction,
} from '../../src/index.js'

declare const database: Database
declare const transaction: Transaction
declare const pool: pg.Pool
declare const client: pg.PoolClient
declare const pglite: PGlite
const chatId = ''

test('the adapters take the clients of node-postgres and PGlite as they are', () => {
  expectTypeOf(fromPg(pool)).toEqualTypeOf<Database>()
  expectTypeOf(fromPg(client)).toEqualTypeOf<Database>()
  expectTypeOf(fromPGlite(pglite)).toEqualTypeOf<Database>()
  expectTypeOf(fromPgTransaction(client)).toEqualTypeOf<Transaction>()
})

test('operations take a database and a transaction, and say what changed', () => {
  expectTypeOf<Database | Transaction>().toExtend<Parameters<typeof createChat>[0]>()
  expectTypeOf(createChat(transaction, { ownerId: '' })).resolves.toEqualTypeOf<{
    readonly chat: ChatRef
    readonly hydrated: boolean
    readonly isCurrentBuild: boolean | null
  }>()
  expectTypeOf(push(database, { agentId: '', version: 1, resources: [] })).resolves.toExtend<{
    readonly accepted: boolean
    readonly dirtied: readonly ChatRef[]
  }>()
  expectTypeOf(refresh(database, { chatId })).resolves.toHaveProperty('aggregateHash')
  expectTypeOf(prompt(database, { chatId })).resolves.toHaveProperty('text').toBeString()
})

test('bodies come with a pin when they are asked for, and not otherwise', () => {
  expectTypeOf(listPins(database, { chatId })).resolves.toEqualTypeOf<Pin[]>()
  expectTypeOf(listPins(database, { chatId, bodies: true })).resolves.toEqualTypeOf<PinWithBody[]>()
  expectTypeOf(
    getPin(database, { chatId, source: '' }),
  ).resolves.toEqualTypeOf<PinWithBody | null>()
  expectTypeOf<Pin>().not.toHaveProperty('body')
})

test('sizes are numbers and times are Date, whatever the engine', () => {
  expectTypeOf<Pin['sizeBytes']>().toEqualTypeOf<number>()
  expectTypeOf<Pin['updatedAt']>().toEqualTypeOf<Date>()
  type Side = Awaited<ReturnType<typeof diff>>['added'][number]['live']
  expectTypeOf<Side['text']>().toEqualTypeOf<string | null>()
})

test('the code of an error is one of a closed union', () => {
  expectTypeOf<DriftpinError<ErrorCode>['code']>().toEqualTypeOf<ErrorCode>()
  const error: unknown = null
  if (error instanceof DriftpinError) expectTypeOf(error.code).toEqualTypeOf<string>()
  expectTypeOf<'no_live_context'>().toExtend<ErrorCode>()
  expectTypeOf<'23505'>().not.toExtend<ErrorCode>()
  expectTypeOf<'test_leaked'>().not.toExtend<ErrorCode>()
  expectTypeOf(DriftpinError).toBeConstructibleWith('chat_not_found', 'There is none.', {})
})

test('wrong use does not compile', () => {
  // @ts-expect-error: an owner is needed.
  void createChat(database, {})
  // @ts-expect-error: a misspelt option is none.
  void listChats(database, { ownerId: '', archive: true })
  // @ts-expect-error: a pool is no transaction.
  void fromPgTransaction(pool)
  // @ts-expect-error: a purge without a cutoff would take everything.
  void purge(database, {})
})

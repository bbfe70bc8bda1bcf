import { describe, expect, test } from 'vitest'
import {
  nameOfWord,
  notificationChannel,
  quoteIdentifier,
  quoteLiteral,
} from '../../src/database/names.js'
import { createChat, createMigrator, fromPg } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'

const refused = expect.objectContaining({ name: 'DriftpinError', code: 'invalid_input' })
const nobody = { totalCount: 0, connect: () => Promise.reject(new Error('never called')) }
const handle = (schema: string) => fromPg(nobody, { schema })

describe('quoted names', () => {
  test.each([
    ['chats', '"chats"'],
    ['Upper Case', '"Upper Case"'],
    ['with "quotes"', '"with ""quotes"""'],
    ['"; DROP TABLE chats; --', '"""; DROP TABLE chats; --"'],
    ["'\\", '"\'\\"'],
    ['x'.repeat(63), `"${'x'.repeat(63)}"`],
    ['é'.repeat(31), `"${'é'.repeat(31)}"`],
    ['\u{1F600}', '"\u{1F600}"'],
  ])('%j becomes %s', (name, quoted) => {
    expect(quoteIdentifier(name)).toBe(quoted)
  })

  test.each([
    ['no character at all', ''],
    ['64 bytes', 'x'.repeat(64)],
    ['64 bytes in 32 characters', 'é'.repeat(32)],
    ['a NUL', 'a\0b'],
    ['a lone surrogate', 'a\ud800'],
  ])('a name with %s is refused', (_, name) => {
    expect(() => quoteIdentifier(name)).toThrow(refused)
    expect(() => handle(name)).toThrow(refused)
  })
})

describe('names of schemas', () => {
  test('54 bytes are the most, since the channel of notifications has 9 more', () => {
    expect(handle('x'.repeat(54)).schema).toHaveLength(54)
    expect(Buffer.byteLength(notificationChannel('x'.repeat(54)))).toBe(63)
    expect(() => handle('x'.repeat(55))).toThrow(refused)
    expect(() => handle(`${'é'.repeat(27)}x`)).toThrow(refused)
  })

  test.each(['pg_catalog', 'pg_toast', 'pg_temp', 'pg_mine', 'information_schema'])(
    '%s belongs to PostgreSQL',
    (schema) => {
      expect(() => handle(schema)).toThrow(refused)
    },
  )

  test('public is the schema when none is named', () => {
    expect(fromPg(nobody).schema).toBe('public')
  })
})

describe.each(engineNames)('names on %s', (name) => {
  const engine = useEngine(name)

  test.each([
    ['Chats', 'chats'],
    ['"Upper Case"', 'Upper Case'],
    ['"with ""quotes"" in it"', 'with "quotes" in it'],
    ['ÄRGER_1', 'Ärger_1'],
  ])('the word %s stands for the name %s', async (word, name) => {
    expect(nameOfWord(word)).toBe(name)
    const { rows } = await engine.database('public').query(`SELECT 1 AS ${word}`)
    expect(rows).toEqual([{ [name]: 1 }])
  })

  test.each(['plain', "it's", 'C:\\new', "\\'; DROP TABLE chats; --", '\\'])(
    'the text %j is one literal, whatever a backslash means there',
    async (text) => {
      await engine.database('public').withSession(async (session) => {
        for (const setting of ['on', 'off']) {
          await session.query(`SET standard_conforming_strings = ${setting}`)
          const { rows } = await session.query(`SELECT ${quoteLiteral(text)} AS literal`)
          expect(rows).toEqual([{ literal: text }])
        }
        await session.query('RESET standard_conforming_strings')
      })
    },
  )

  test.each(['Upper "quoted" name', "it's; $1 %I --", 'é'.repeat(27), "$$ $& $` $'"])(
    'the schema %j works end to end, and takes nothing from another',
    async (schema) => {
      const database = engine.database(schema)
      await createMigrator(database).up()
      const table = `${quoteIdentifier(schema)}.chats`
      await createChat(database, { ownerId: '00000000-0000-4000-8000-000000000001' })
      expect((await database.query(`SELECT title FROM ${table}`)).rows).toEqual([
        { title: 'New Chat' },
      ])
      const { rows } = await database.query(
        `SELECT count(*)::int AS tables FROM pg_tables WHERE schemaname = 'public'`,
      )
      expect(rows).toEqual([{ tables: 0 }])
    },
  )
})

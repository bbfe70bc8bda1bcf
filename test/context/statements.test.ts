import { readdir, readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import type { StatementDeclaration } from '../../src/context/statement.js'
import * as driftpin from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { statements } from './all-statements.js'
import { checkDeclaration } from './check-declaration.js'
import { describeOnServer } from './describe-on-server.js'
import { operations } from './operations.js'
import { sendEverything } from './send-everything.js'

/** A declaration with a single type changed, as a typing mistake would. */
function planted(name: string, part: 'parameters' | 'row', key: string, type: string) {
  const declaration = statements.find((one) => one.name === name)!
  return { ...declaration, [part]: { ...declaration[part], [key]: type } } as StatementDeclaration
}

test('the operations that are tested are all that the package exports', () => {
  const others = [
    'adoptMigrations',
    'aggregateHash',
    'applyGrants',
    'assertSchemaCurrent',
    'checkSchema',
    'createMigrator',
    'DriftpinError',
    'fromPg',
    'fromPGlite',
    'fromPGliteTransaction',
    'fromPgTransaction',
    'kindHashes',
    'notificationChannel',
    'readMigrations',
    'readStats',
    'watchChats',
  ]
  const functions = Object.entries(driftpin).filter(([, value]) => typeof value === 'function')
  const names = functions.map(([name]) => name)
  expect(names.toSorted()).toStrictEqual([...Object.keys(operations), ...others].toSorted())
})

test('no statement of the operations is missing from the list', async () => {
  const folder = new URL('../../src/context/', import.meta.url)
  const files = (await readdir(folder)).filter((file) => !/^(statement|read-stats)\.ts$/.test(file))
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, folder), 'utf8')))
  const count = texts.join('').split('= defineStatement(').length - 1
  expect(statements).toHaveLength(count)
})

test('statements have names of their own, and say them in their first line', () => {
  const names = statements.map(({ name }) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const { name, text } of statements) expect(text('x').split('\n')[0]).toContain(name)
})

describe.each(engineNames)('declared statements on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: driftpin.Database
  beforeAll(async () => {
    database = await engine.install()
  })

  test('take and give the types that they are declared with', async () => {
    await database.withSession(async (session) => {
      for (const declaration of statements) {
        expect(await checkDeclaration(session, declaration)).toStrictEqual([])
      }
    })
  })

  test('are told apart from wrong declarations by that check', async () => {
    const wrong = [
      planted('lock chat', 'parameters', 'chatId', 'text'),
      planted('insert messages', 'parameters', 'roles', 'text[]'),
    ]
    await database.withSession(async (session) => {
      for (const declaration of wrong) {
        expect(await checkDeclaration(session, declaration)).toHaveLength(1)
      }
      const { rows } = await session.query<{ tells: boolean }>(
        "SELECT current_setting('server_version_num')::integer >= 160000 AS tells",
      )
      const row = planted('list pins', 'row', 'sizeBytes', 'integer')
      expect(await checkDeclaration(session, row)).toHaveLength(rows[0]!.tells ? 1 : 0)
    })
  })

  test('are all that the operations send, and every one of them is sent', async () => {
    const sent = await sendEverything(database)
    const byText = new Map(statements.map((one) => [one.text(database.schema), one]))
    const texts = new Set(sent.map(({ text }) => text))
    const undeclared = [...texts].filter((text) => !byText.has(text))
    expect(undeclared).toStrictEqual([])
    const unsent = statements.filter((one) => !texts.has(one.text(database.schema)))
    expect(unsent.map(({ name }) => name)).toStrictEqual([])
    for (const { text, rows } of sent) {
      const declaration = byText.get(text)
      if (declaration) for (const row of rows) expectDeclared(row, declaration)
    }
  })
})

function expectDeclared(row: Record<string, unknown>, { name, row: types }: StatementDeclaration) {
  expect([name, ...Object.keys(row)]).toStrictEqual([name, ...Object.keys(types)])
  const nulls = Object.keys(row).filter((key) => row[key] === null && !types[key]!.endsWith('?'))
  expect([name, ...nulls]).toStrictEqual([name])
}

describe.each(['PostgreSQL 14', 'PostgreSQL 18'] as const)('rows described by %s', (engineName) => {
  const engine = useEngine(engineName)

  test('have the names and types that their statements are declared with', async () => {
    const database = await engine.install()
    const described = await describeOnServer(
      engineName,
      database,
      statements.map(({ text }) => text(database.schema)),
    )
    const declared = statements.map(({ row }) =>
      Object.entries(row).map(([name, type]) => `${name}: ${type.replace('?', '')}`),
    )
    expect(described).toStrictEqual(declared)
  })
})

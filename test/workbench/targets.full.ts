import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { generateDrizzleJson } from 'drizzle-kit/api'
import { beforeEach, describe, expect, test } from 'vitest'
import { generateTarget, writeGenerated } from '../../src/workbench/index.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { oddSchema } from './odd-schema.js'
import { baseFile, openPrisma } from './prisma-engine.js'
import {
  createdDatabase,
  differences,
  drizzleScript,
  factsOf,
  headOf,
  migratedDatabase,
} from './target-database.js'
import { targetTables, targetTypes } from './target-schema.js'
import { typeCheck } from './type-check.js'
import { writePair } from './write-pair.js'

/** Code that a user may write against the file of our tables. */
const ourUsage = `
import { and, eq, type InferSelectModel } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import * as schema from './drizzle.js'

const { chats, chatMessages, chatStatus } = schema
const db = drizzle('postgres://', { schema })
export const rows = db
  .select({ title: chats.title, id: chatMessages.id })
  .from(chats)
  .innerJoin(chatMessages, and(eq(chatMessages.chatId, chats.id), eq(chatMessages.role, 'user')))
db.insert(chats).values({ ownerId: '44444444-4444-4444-8444-444444444444', status: 'waiting' })
// @ts-expect-error: it is not one of the values.
db.insert(chats).values({ ownerId: '44444444-4444-4444-8444-444444444444', status: 'asleep' })
// @ts-expect-error: an owner is needed.
db.insert(chats).values({})
type Chat = InferSelectModel<typeof chats>
export const since = (chat: Chat): Date | null => chat.contextDirtySince
export const follows = (chat: Chat): (typeof schema.workspaceAgentContextBodyKind.enumValues)[number][] =>
  chat.contextFollows
export const first: 'waiting' = chatStatus.enumValues[0]
`

/** Code that uses tables that refer to each other, whose types the compiler has to infer. */
const usage = `
import type { InferSelectModel } from 'drizzle-orm'
import { kinds, model, shopOrders, users } from './drizzle.js'

type Kind = InferSelectModel<typeof kinds>
export const values = (kind: Kind): [bigint, string | null, string[], Uint8Array | null] => [
  kind.id, kind.multiLine, kind.ar2, kind.by,
]
export const order: InferSelectModel<typeof shopOrders> = { id: 1n, owner: '', billing: 1, shipping: null }
export const user: InferSelectModel<typeof users>['s'] = 'on'
export const parent: number | null = ({} as InferSelectModel<typeof model>).parent
`

describe.each([
  ['our tables', undefined, ourUsage],
  ['hostile tables', targetTypes + targetTables, usage],
  ['names that are no identifiers', oddSchema, "import './drizzle.js'"],
])('the files of %s', (_, sql, usage) => {
  let migrations: string | undefined
  beforeEach(async () => {
    if (sql === undefined) return
    migrations = await temporaryFolder()
    await writePair(migrations, '000001_all', sql)
  })

  test('compile with code that uses them', async () => {
    const folder = await temporaryFolder()
    await writeGenerated(folder, await generateTarget('drizzle', { migrations }))
    await writeFile(join(folder, 'usage.ts'), usage)
    expect(await typeCheck(folder, 'usage.ts')).toMatchObject({ stdout: '', code: 0 })
    // The functions that name other tables run only when something reads the keys.
    const script = await drizzleScript(await import(join(folder, 'drizzle.ts')))
    expect(script.length).toBeGreaterThan(10)
  })

  test('are models that Prisma accepts', async () => {
    const { text } = await modelsOf(migrations)
    const db = await migratedDatabase(migrations)
    const prisma = await openPrisma(
      [baseOf(text), { path: 'models.prisma', content: text }],
      db.pool,
    )
    expect(await prisma.scriptFromNothing()).toContain('CREATE TABLE')
  })

  test('are the same each time', async () => {
    for (const target of ['drizzle', 'prisma'] as const) {
      const one = await generateTarget(target, { migrations })
      expect(await generateTarget(target, { migrations })).toEqual(one)
    }
  })
})

const modelsOf = async (migrations: string | undefined) =>
  (await generateTarget('prisma', { migrations }))[0]!

/** The file with the settings that the head of a file asks for. */
const baseOf = (text: string) =>
  baseFile(JSON.parse(/schemas = (\[.*?\])\./.exec(headOf(text))?.[1] ?? '[]'))

describe('hostile tables', () => {
  let migrations: string
  beforeEach(async () => {
    migrations = await temporaryFolder()
    await writePair(migrations, '000001_all', targetTypes + targetTables)
  })

  test('drizzle-kit creates them, but for what the file lists', async () => {
    const db = await migratedDatabase(migrations)
    const files = await generateTarget('drizzle', { migrations })
    const folder = await temporaryFolder()
    await writeGenerated(folder, files)
    const script = await drizzleScript(await import(join(folder, 'drizzle.ts')))
    const created = await createdDatabase(
      targetTypes,
      // The file says that drizzle-kit quotes the schema of a type together with its name.
      script
        .filter((statement) => !statement.startsWith('CREATE SCHEMA'))
        .map((statement) => statement.replace('"shop.price"', 'shop.price')),
    )
    const head = headOf(files[0]!.text)
    const found = differences(await factsOf(db.pglite), await factsOf(created), head)
    // drizzle-kit drops the order of a key that has an operator class.
    expect(found.silent).toEqual(['index i5'])
    // These would be named as well if nothing could be expressed.
    for (const title of [
      'index i13',
      'column kinds.sts',
      'constraint "Model_s2_fkey" of "Model"',
    ]) {
      expect((await factsOf(created)).has(title), title).toBe(true)
      expect(found.titles).not.toContain(title)
    }
  })

  test('Prisma reads and creates them, but for what the file lists', async () => {
    const db = await migratedDatabase(migrations)
    const { text } = await modelsOf(migrations)
    const prisma = await openPrisma(
      [baseOf(text), { path: 'models.prisma', content: text }],
      db.pool,
    )
    // The first two join columns that differ, which Prisma does not accept in its own models. It
    // reads the columns of INCLUDE as a part of the key.
    expect((await prisma.scriptFromDatabase()).match(/^[A-Z].*/gm)).toEqual([
      'ALTER TABLE "narrower" DROP CONSTRAINT "narrower_id_fkey";',
      'ALTER TABLE "pks_child" DROP CONSTRAINT "pks_child_id_fkey";',
      'DROP INDEX "keys_b_t_key";',
      'DROP INDEX "i6";',
      'CREATE UNIQUE INDEX "keys_b_t_key" ON "keys"("b");',
      'CREATE INDEX "i6" ON "kinds"("id");',
    ])
    const script = await prisma.scriptFromNothing()
    const created = await createdDatabase(targetTypes, [
      script.replaceAll(/CREATE SCHEMA .*;/g, ''),
    ])
    const found = differences(await factsOf(db.pglite), await factsOf(created), headOf(text))
    expect(found.silent).toEqual([])
    for (const title of ['index i2', 'column kinds.sts', 'constraint "Model_s2_fkey" of "Model"']) {
      expect((await factsOf(created)).has(title), title).toBe(true)
      expect(found.titles).not.toContain(title)
    }
  })
})

/** What drizzle-kit knows of one schema, by the path of each value. */
function valuesOf(snapshot: object): Map<string, unknown> {
  const values = new Map<string, unknown>()
  const add = (value: unknown, path: string) => {
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) {
      for (const [name, each] of Object.entries(value)) add(each, `${path}/${name}`)
    } else values.set(path, value)
  }
  add(JSON.parse(JSON.stringify(snapshot)), '')
  for (const [path, value] of values) {
    const isOfList = /\[\]$/.test(String(values.get(path.replace(/\/\w+$/, '/type'))))
    // drizzle-kit reads these in another order, of other columns, cut off, or not at all.
    if (/\/(compositePrimaryKeys|uniqueConstraints)\/.*\/columns$/.test(path)) {
      values.set(path, (value as string[]).toSorted())
    } else if (/\/indexes\/.*\/columns$/.test(path)) {
      const columns = value as { expression: string; asc: boolean; nulls: string }[]
      const keys = columns.map(({ expression, asc, nulls }) => ({ expression, asc, nulls }))
      values.set(path, keys)
    } else if (isOfList && /\/(default|typeSchema)$/.test(path)) values.delete(path)
    else if (value === 'public' && path.endsWith('/schemaTo')) values.delete(path)
  }
  return values
}

test('drizzle-kit pull reads our tables as the file says', async () => {
  const db = await migratedDatabase()
  const folder = await temporaryFolder()
  await writeGenerated(folder, await generateTarget('drizzle'))
  const config = {
    dialect: 'postgresql',
    out: join(folder, 'pull'),
    dbCredentials: { url: await db.url() },
  }
  await writeFile(join(folder, 'drizzle.config.json'), JSON.stringify(config))
  // It talks to the database of this process.
  const kit = spawn(
    process.execPath,
    ['node_modules/drizzle-kit/bin.cjs', 'pull', '--config', join(folder, 'drizzle.config.json')],
    { stdio: 'ignore' },
  )
  expect(await once(kit, 'close')).toEqual([0, null])
  const pulled = JSON.parse(await readFile(join(folder, 'pull/meta/0000_snapshot.json'), 'utf8'))
  const own = generateDrizzleJson(await import(join(folder, 'drizzle.ts')))
  for (const part of ['tables', 'enums', 'sequences', 'views'] as const) {
    const [one, other] = [valuesOf(own[part]), valuesOf(pulled[part])]
    expect(Object.fromEntries(one)).toEqual(Object.fromEntries(other))
  }
  expect(valuesOf(own.tables).size).toBeGreaterThan(500)
})

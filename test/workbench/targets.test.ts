import { join } from 'node:path'
import { expect, test } from 'vitest'
import { generateTarget, writeGenerated } from '../../src/workbench/index.js'
import { folderOf, temporaryFolder } from '../support/temporary-folder.js'
import { baseFile, openPrisma } from './prisma-engine.js'
import {
  createdDatabase,
  differences,
  drizzleScript,
  factsOf,
  headOf,
  migratedDatabase,
} from './target-database.js'
import { writePair } from './write-pair.js'

const nothing = '-- This is an empty migration.\n'

test('drizzle-kit creates our tables from the file, but for what the file lists', async () => {
  const db = await migratedDatabase()
  const files = await generateTarget('drizzle')
  const folder = await temporaryFolder()
  await writeGenerated(folder, files)
  const schema = await import(join(folder, 'drizzle.ts'))
  const created = await createdDatabase('', await drizzleScript(schema))
  const found = differences(
    await factsOf(db.pglite),
    await factsOf(created),
    headOf(files[0]!.text),
  )
  expect(found.titles).toEqual([
    'table chat_heartbeats',
    'constraint chats_agent_id_fkey of chats',
    'constraint chats_build_id_fkey of chats',
    'constraint chats_workspace_id_fkey of chats',
  ])
  expect(found.silent).toEqual([])
})

test('Prisma reads our tables as the models are, and creates them but for what is listed', async () => {
  const db = await migratedDatabase()
  const [file] = await generateTarget('prisma')
  const files = [baseFile(), { path: file!.file, content: file!.text }]
  const prisma = await openPrisma(files, db.pool)
  expect(await prisma.scriptFromDatabase()).toBe(nothing)
  const created = await createdDatabase('', [await prisma.scriptFromNothing()])
  const found = differences(await factsOf(db.pglite), await factsOf(created), headOf(file!.text))
  expect(found.silent).toEqual([])
  expect(found.titles).toContain('column chat_messages.id')
})

test('a change of a table is a change of the models to Prisma, and of the file', async () => {
  const folder = await temporaryFolder()
  await writePair(folder, '000001_posts', 'CREATE TABLE posts (id int PRIMARY KEY, title text);')
  const [file] = await generateTarget('prisma', { migrations: folder })
  const db = await migratedDatabase(folder)
  await db.pglite.exec('ALTER TABLE posts ALTER title SET NOT NULL, ADD likes int')
  const prisma = await openPrisma([baseFile(), { path: file!.file, content: file!.text }], db.pool)
  expect(await prisma.scriptFromDatabase()).toContain(
    'ALTER TABLE "posts" DROP COLUMN "likes",\nALTER COLUMN "title" DROP NOT NULL;',
  )
})

test('an unknown target is refused', async () => {
  // @ts-expect-error: it is not one of the targets.
  await expect(generateTarget('toString')).rejects.toMatchObject({
    code: 'invalid_input',
    message: 'There is no target "toString". Name one of drizzle, prisma.',
  })
})

test('a folder that does not migrate is refused, and so is one without migrations', async () => {
  const broken = await folderOf({ '000001_x.up.sql': 'CREATE TABLE;', '000001_x.down.sql': '' })
  await expect(generateTarget('drizzle', { migrations: broken })).rejects.toMatchObject({
    name: 'DriftpinError',
    code: 'migration_failed',
  })
  await expect(
    generateTarget('prisma', { migrations: await temporaryFolder() }),
  ).rejects.toMatchObject({ code: 'migrations_unreadable' })
})

test('a file without anything to say is a module, and a schema without models', async () => {
  const folder = await folderOf({
    '000001_x.up.sql': 'SELECT 1;',
    '000001_x.down.sql': 'SELECT 1;',
  })
  const [drizzle] = await generateTarget('drizzle', { migrations: folder })
  expect(drizzle!.text).toContain('Drizzle expresses all that was read from the catalog.')
  expect(drizzle!.text).toMatch(/\n\nexport \{\}\n$/)
  const [prisma] = await generateTarget('prisma', { migrations: folder })
  expect(prisma!.text.split('\n').every((line) => line === '' || line.startsWith('//'))).toBe(true)
})

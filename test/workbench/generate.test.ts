import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SchemaManifest } from '../../src/index.js'
import {
  findStale,
  type GeneratedFile,
  generateTruths,
  writeGenerated,
} from '../../src/workbench/index.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { oddSchema } from './odd-schema.js'
import { typeCheck } from './type-check.js'
import { writePair } from './write-pair.js'

/** Code that a user may write against the generated file of the odd schema. */
const usage = `
import type { ColumnType, Kysely, Selectable } from 'kysely'
import { columnNames, enums, primaryKeys, type Row, scopedTables, type Tables } from './tables.js'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const holds = <_ extends true>() => {}

declare const kysely: Kysely<Tables>
export const row = kysely.selectFrom('__proto__').select(['a-b', 'constructor']).executeTakeFirst()
export const size = kysely.selectFrom('日本 語').select('Größe').where('x', '=', "it's")
export const view = kysely.selectFrom('a view').select('title').execute()
kysely.insertInto('user_posts').values({ title: null })
kysely.insertInto('userPosts').values({ post: 1n, period: '[1,2)' })
// @ts-expect-error: a post is needed.
kysely.insertInto('userPosts').values({})
// @ts-expect-error: it is generated.
kysely.insertInto('userPosts').values({ post: 1n, twice: 2 })
// @ts-expect-error: it is an identity that is always generated.
kysely.insertInto('user_posts').values({ id: '1' })
// @ts-expect-error: a view takes no changes.
kysely.updateTable('a view').set({ title: 'x' })
// @ts-expect-error: the partitions are not there, only their table is.
kysely.selectFrom('measures_2020')
holds<Equal<Selectable<Tables['measures']>, { id: string; at: Date }>>()
holds<Equal<Row<'measures'>, { readonly id: bigint; readonly at: string }>>()
holds<Equal<Row<'UserPosts'>['given'], string>>()
holds<Equal<Row<'UserPosts'>['list'], (string | null)[] | null>>()
holds<Equal<(typeof enums)['Mood Swing'][number], "it's" | 'a"b' | 'line\\nbreak' | '\\\\'>>()
holds<Equal<(typeof primaryKeys)['measures'], readonly ['id', 'at']>>()
holds<Equal<keyof typeof columnNames, Exclude<keyof Tables, 'a view' | 'joined' | 'counts'>>>()
export const scoped: readonly (keyof Tables)[] = scopedTables.user_posts
export type Same = ColumnType<string>
`

describe('what is generated of a schema with odd names and objects of every kind', () => {
  let folder: string
  let files: GeneratedFile[]
  const text = (name: string) => files.find(({ file }) => file === name)!.text
  const manifest = () => JSON.parse(text('manifest.json')) as SchemaManifest

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'driftpin-test-'))
    await writePair(folder, '20240101_everything', `CREATE EXTENSION citext;${oddSchema}`)
    await writePair(folder, '20240102_more', 'ALTER TABLE "__proto__" ADD c citext;')
    files = await generateTruths({ migrations: folder, owners: ['user_posts'] })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('each file says in its first line what makes it', () => {
    expect(files.map(({ file }) => file)).toEqual(['schema.sql', 'manifest.json', 'tables.ts'])
    for (const { text } of files) {
      expect(text.split('\n', 1)[0]).toContain('Made by `driftpin generate`')
      expect(text).not.toContain('driftpin_migrations')
    }
  })

  test('the types compile, and are what Kysely takes', async () => {
    const folder = await temporaryFolder()
    await writeGenerated(folder, files)
    await writeFile(join(folder, 'usage.ts'), usage)
    const { code, stdout } = await typeCheck(folder, 'usage.ts')
    expect(stdout).toBe('')
    expect(code).toBe(0)
  })

  test('the constants are values that a program can use', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'package.json'), '{"type": "module"}')
    await writeGenerated(folder, files)
    const constants = await import(join(folder, 'tables.ts'))
    expect(Object.keys(constants.columnNames)).toContain('__proto__')
    expect(Object.getPrototypeOf(constants.columnNames)).toBe(Object.prototype)
    expect(constants.enums['Mood Swing']).toEqual(["it's", 'a"b', 'line\nbreak', '\\'])
    expect(constants.enums.mood_swing).toEqual([])
    const { uniqueConstraints } = constants
    expect(Object.values(uniqueConstraints)[0]).toEqual({ __proto___class_key: ['class'] })
    expect(constants.checkConstraints['日本 語']).toEqual({
      '日本 語_Größe_check': `CHECK (("Größe" > (0)::numeric))`,
    })
    expect(constants.foreignKeys.userPosts.userPosts_post_fkey).toEqual({
      columns: ['post'],
      references: 'user_posts',
      referencedColumns: ['id'],
      onDelete: 'cascade',
    })
  })

  test('the tables that go with an owner are those that cascade, one from another too', async () => {
    // A partition and an heir have no key of their own here, and the owner is not in its own list.
    expect(text('tables.ts')).toContain("user_posts: ['UserPosts', 'userPosts'],")
  })

  test('an owner that is no table is refused', async () => {
    const refused = generateTruths({ owners: ['chat'], only: ['types'] })
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('chats'),
    })
  })

  test('the manifest has every kind of object, and nothing of an extension', () => {
    const { functions, extensions, ...lists } = manifest()
    const tables = lists.tables.find(({ name }) => name === 'user_posts')!
    expect(extensions).toEqual(['citext'])
    expect(functions.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'function add',
      'procedure do it',
      'function keep',
      'aggregate total',
    ])
    expect(tables).toMatchObject({
      rowSecurity: 'on',
      triggers: [{ name: 'asleep' }, { name: 'keeps it' }],
      policies: [{ name: 'sees', definition: expect.stringContaining('USING ((id > 1))') }],
    })
    expect(lists.tables.find(({ name }) => name === 'userPosts')).toMatchObject({
      rules: [{ name: 'silent' }],
      columns: expect.arrayContaining([
        expect.objectContaining({ name: 'id', identity: 'by default' }),
        expect.objectContaining({ name: 'twice', generated: '(1 + 1) STORED', default: null }),
        expect.objectContaining({ name: 'at', default: "'2020-01-31'::date" }),
      ]),
      constraints: expect.arrayContaining([expect.objectContaining({ kind: 'exclusion' })]),
    })
    expect(lists.tables.find(({ name }) => name === 'measures_2020')).toMatchObject({
      parents: ['measures'],
      partitionBound: `FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')`,
      constraints: [],
    })
    expect(lists.domains).toMatchObject([
      { name: 'short', collation: '"C"', constraints: [{ name: 'is short' }] },
      { name: 'shorter', type: 'short', nullable: false },
      { name: 'tags', type: 'text[]' },
    ])
    expect(lists.sequences).toContainEqual(
      expect.objectContaining({
        name: 'odd numbers',
        definition: 'AS integer INCREMENT 2 MINVALUE 1 MAXVALUE 99 START 1 CACHE 1 CYCLE',
      }),
    )
    expect(lists.views.map(({ name, materialized }) => [name, materialized])).toEqual([
      ['a view', false],
      ['counts', true],
      ['joined', false],
    ])
    expect(lists.composites).toMatchObject([{ name: 'pair' }])
    expect(lists.ranges).toMatchObject([{ name: 'floatrange', type: 'double precision' }])
  })

  test('the dump keeps every line of a body, whatever it looks like', () => {
    const body = oddSchema.slice(oddSchema.indexOf('BEGIN\n--'), oddSchema.indexOf('END $$'))
    expect(text('schema.sql')).toContain(body)
    expect(text('schema.sql')).not.toMatch(/^(SET statement_timeout|\\restrict|-- Dumped)/m)
    expect(text('schema.sql')).toContain(
      'COMMENT ON INDEX public."lower title" IS \'Serves nobody.\'',
    )
  })
})

describe('files that were generated', () => {
  const files = [
    { file: 'a.sql', text: '-- Made by `x`.\none\ntwo\n' },
    { file: 'b.ts', text: '// Made by `x`.\n' },
  ]

  test('only what has changed is written, and found stale before', async () => {
    const folder = join(await temporaryFolder(), 'new', 'folder')
    expect(await findStale(folder, files)).toEqual([
      { file: 'a.sql', diff: [] },
      { file: 'b.ts', diff: [] },
    ])
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await writeGenerated(folder, files)).toEqual(['a.sql', 'b.ts'])
    expect(await writeGenerated(folder, files)).toEqual([])

    await writeFile(join(folder, 'a.sql'), '-- Made by `x`.\none\nthree\n')
    expect(await findStale(folder, files)).toEqual([{ file: 'a.sql', diff: ['- three', '+ two'] }])
    expect(await writeGenerated(folder, files)).toEqual(['a.sql'])
    expect(await findStale(folder, files)).toEqual([])
    expect(await readdir(folder)).toEqual(['a.sql', 'b.ts'])
  })

  test('line ends that Git made are no difference', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'a.sql'), files[0]!.text.replaceAll('\n', '\r\n'))
    expect(await findStale(folder, [files[0]!])).toEqual([])
  })

  test('a file that somebody wrote is not lost', async () => {
    const folder = await temporaryFolder()
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'b.ts'), 'export const years = 3\n')
    await expect(writeGenerated(folder, files)).rejects.toMatchObject({ code: 'file_foreign' })
    expect(await readdir(folder)).toEqual(['b.ts'])
    expect(await readFile(join(folder, 'b.ts'), 'utf8')).toBe('export const years = 3\n')
  })
})

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the tests of a suite get their database from. */
export type Origin = 'harness' | 'fresh'

/** What a suite consists of. */
export interface SuitePlan {
  readonly files: number
  readonly tests: number
  /** Statements in JavaScript that use `db`. */
  readonly body: string
}

const config = `export default {
  test: {
    include: ['*.test.js'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
}
`

const fromHarness = `import { expect } from 'vitest'
import { test } from 'driftpin/vitest'

const check = (name, work) => test(name, ({ db }) => work(db))
`

/** The habit without driftpin's harness: an engine a file, and its tables emptied for each test. */
const fromScratch = `import { PGlite } from '@electric-sql/pglite'
import { createMigrator, fromPGlite } from 'driftpin'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'

let pglite
let db
let truncate
beforeAll(async () => {
  pglite = await PGlite.create()
  db = fromPGlite(pglite)
  await createMigrator(db).up()
  const { rows } = await db.query(
    \`SELECT quote_ident(tablename) AS name FROM pg_tables
     WHERE schemaname = 'public' AND tablename <> 'driftpin_migrations'\`,
  )
  const names = rows.map(({ name }) => name).join(', ')
  truncate = \`TRUNCATE \${names} RESTART IDENTITY CASCADE\`
})
beforeEach(() => db.script(truncate))
afterAll(() => pglite.close())

const check = (name, work) => test(name, () => work(db))
`

/** It begins with an empty table, which tells that the test before was undone. */
export const smallTest = `const empty = await db.query('SELECT count(*)::int AS n FROM chats')
    expect(empty.rows).toEqual([{ n: 0 }])
    const { rows } = await db.query(
      'INSERT INTO chats (owner_id, title) VALUES (gen_random_uuid(), $1) RETURNING id',
      [name],
    )
    await db.query(
      \`INSERT INTO chat_messages (chat_id, role, content)
       SELECT $1::uuid, 'user', '"hello"' FROM generate_series(1, 5)\`,
      [rows[0].id],
    )
    const said = await db.query(
      'SELECT title, count(*)::int AS n FROM chats JOIN chat_messages ON chat_id = chats.id GROUP BY 1',
    )
    expect(said.rows).toEqual([{ title: name, n: 5 }])`

/** Its own query takes some two tenths of a second, against which a reset is nothing. */
export const slowTest = `${smallTest}
    const sum = await db.query(
      'SELECT count(DISTINCT md5(n::text))::int AS n FROM generate_series(1, 100000) AS n',
    )
    expect(sum.rows).toEqual([{ n: 100000 }])`

/** Writes a suite that vitest runs by its own configuration. */
export async function writeSuite(folder: string, origin: Origin, plan: SuitePlan): Promise<void> {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'vitest.config.js'), config)
  const head = origin === 'harness' ? fromHarness : fromScratch
  const file = `${head}
for (let index = 1; index <= ${plan.tests}; index++) {
  const name = \`test \${index}\`
  check(name, async (db) => {
    ${plan.body}
  })
}
`
  for (let index = 1; index <= plan.files; index++) {
    await writeFile(join(folder, `suite-${index}.test.js`), file)
  }
}

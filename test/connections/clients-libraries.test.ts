import { sql as drizzleSql, eq } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { integer, jsonb, pgTable, serial, text } from 'drizzle-orm/pg-core'
import { type Generated, Kysely, sql as kyselySql, PostgresDialect } from 'kysely'
import { expect, test } from 'vitest'
import { useDatabase } from './support-database.js'
import { doors, openDoor } from './support-doors.js'

const database = useDatabase()

const setUp = `DROP TABLE IF EXISTS notes;
  CREATE TABLE notes (id serial PRIMARY KEY, author text NOT NULL, size int NOT NULL, tags jsonb)`

interface NotesTable {
  readonly id: Generated<number>
  readonly author: string
  readonly size: number
  readonly tags: string | null
}

test.each(doors)(
  'Kysely writes, reads and rolls back on forty queries at once through %s',
  async (name) => {
    const { db } = database
    await db.script(setUp)
    const { pool } = await openDoor(db, name)
    const kysely = new Kysely<{ notes: NotesTable }>({ dialect: new PostgresDialect({ pool }) })
    const sizes = Array.from({ length: 40 }, (_, size) => size)
    const inserted = await Promise.all(
      sizes.map((size) =>
        kysely
          .insertInto('notes')
          .values({ author: `author ${size % 4}`, size, tags: JSON.stringify([size]) })
          .returning(['author', 'size', 'tags'])
          .executeTakeFirstOrThrow(),
      ),
    )
    expect(inserted).toEqual(
      sizes.map((size) => ({ author: `author ${size % 4}`, size, tags: [size] })),
    )
    // Each transaction counts what the one before has left; every other one is taken back.
    const failures = await Promise.allSettled(
      sizes.map((size) =>
        kysely.transaction().execute(async (transaction) => {
          const { count } = await transaction
            .selectFrom('notes')
            .select(kyselySql<number>`count(*)::int`.as('count'))
            .executeTakeFirstOrThrow()
          await transaction
            .insertInto('notes')
            .values({ author: 'counted', size: count, tags: null })
            .execute()
          if (size % 2 === 1) throw new Error(`taken back ${size}`)
        }),
      ),
    )
    expect(failures.map(({ status }) => status)).toEqual(
      sizes.map((size) => (size % 2 === 1 ? 'rejected' : 'fulfilled')),
    )
    const counted = await kysely
      .selectFrom('notes')
      .select('size')
      .where('author', '=', 'counted')
      .orderBy('size')
      .execute()
    expect(counted).toEqual(sizes.slice(0, 20).map((size) => ({ size: 40 + size })))
    const twice = kysely.insertInto('notes').values({ id: 1, author: 'twice', size: 0, tags: null })
    await expect(twice.execute()).rejects.toMatchObject({ code: '23505', constraint: 'notes_pkey' })
    await kysely.destroy()
    await expect(pool.query('SELECT 1')).rejects.toThrow(/after calling end/)
  },
)

const notes = pgTable('notes', {
  id: serial().primaryKey(),
  author: text().notNull(),
  size: integer().notNull(),
  tags: jsonb(),
})

test.each(doors)(
  'Drizzle writes, reads and rolls back on forty queries at once through %s',
  async (name) => {
    const { db } = database
    await db.script(setUp)
    const { pool } = await openDoor(db, name)
    const drizzled = drizzle({ client: pool })
    const sizes = Array.from({ length: 40 }, (_, size) => size)
    const inserted = await Promise.all(
      sizes.map((size) =>
        drizzled
          .insert(notes)
          .values({ author: `author ${size % 4}`, size, tags: { size } })
          .returning({ author: notes.author, size: notes.size, tags: notes.tags }),
      ),
    )
    expect(inserted).toEqual(
      sizes.map((size) => [{ author: `author ${size % 4}`, size, tags: { size } }]),
    )
    const prepared = drizzled
      .select({ size: notes.size })
      .from(notes)
      .where(eq(notes.size, drizzleSql.placeholder('size')))
      .prepare('by_size')
    const found = await Promise.all(sizes.map((size) => prepared.execute({ size })))
    expect(found).toEqual(sizes.map((size) => [{ size }]))
    const outcomes = await Promise.allSettled(
      sizes.map((size) =>
        drizzled.transaction(async (transaction) => {
          const count = await transaction.$count(notes)
          await transaction.insert(notes).values({ author: 'counted', size: count })
          // A nested one is a savepoint, which is taken back by itself.
          const nested = transaction.transaction(async (inner) => {
            await inner.insert(notes).values({ author: 'nested', size })
            inner.rollback()
          })
          await expect(nested).rejects.toThrow()
          if (size % 2 === 1) transaction.rollback()
        }),
      ),
    )
    expect(outcomes.map(({ status }) => status)).toEqual(
      sizes.map((size) => (size % 2 === 1 ? 'rejected' : 'fulfilled')),
    )
    const counted = await drizzled
      .select({ author: notes.author, size: notes.size })
      .from(notes)
      .where(drizzleSql`${notes.tags} IS NULL`)
      .orderBy(notes.size)
    expect(counted).toEqual(
      sizes.slice(0, 20).map((size) => ({ author: 'counted', size: 40 + size })),
    )
    const twice = drizzled.insert(notes).values({ id: 1, author: 'twice', size: 0 })
    await expect(twice).rejects.toMatchObject({
      cause: { code: '23505', constraint: 'notes_pkey' },
    })
  },
)

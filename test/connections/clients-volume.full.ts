import { expect, test } from 'vitest'
import { useDatabase } from './support-database.js'
import { doors, onClients, openDoor } from './support-doors.js'
import { mixedProbe, textOf } from './support-queries.js'

const database = useDatabase()

const wideBytes = 300_000

test.each(doors)(
  '80 queries at once with parameters of 300 KB have each its own answer through %s',
  async (name) => {
    const { pool } = await openDoor(database.db, name)
    const wrong: number[] = []
    await Promise.all(
      Array.from({ length: 80 }, async (_, index) => {
        const text = textOf(index, wideBytes)
        const { rows } = await pool.query('SELECT $1::int AS index, $2::text AS text', [
          index,
          text,
        ])
        const isRight = rows.length === 1 && rows[0].index === index && rows[0].text === text
        if (!isRight) wrong.push(index)
      }),
    )
    expect(wrong).toEqual([])
    expect(pool.totalCount).toBe(10)
  },
)

test.each(doors)(
  'of a thousand small queries of every kind each has its own answer through %s',
  async (name) => {
    const { pool } = await openDoor(database.db, name)
    const probes = Array.from({ length: 1000 }, (_, index) => mixedProbe(index))
    const answers: unknown[] = []
    await onClients(pool, 10, async (client, first) => {
      for (let index = first; index < probes.length; index += 10) {
        answers[index] = await probes[index]!.ask(client)
      }
    })
    expect(answers).toEqual(probes.map(({ expected }) => expected))
  },
)

test.each(doors)(
  'clients that a pool replaces after their errors have the answers of nobody else through %s',
  async (name) => {
    const { pool } = await openDoor(database.db, name)
    const probes = Array.from({ length: 180 }, (_, index) => mixedProbe(index))
    const answers = await Promise.all(probes.map(({ ask }) => ask(pool)))
    expect(answers).toEqual(probes.map(({ expected }) => expected))
  },
)

test('rows that clients of every door write at once are all there, and no others', async () => {
  const { db } = database
  await db.script('CREATE TABLE written (door text, index int, text text)')
  await Promise.all(
    doors.map(async (name) => {
      const { pool } = await openDoor(db, name)
      const indexes = Array.from({ length: 150 }, (_, index) => index)
      await Promise.all(
        indexes.map(async (index) => {
          const values = [name, index, textOf(index, 100 + index * 20)]
          const text = 'INSERT INTO written VALUES ($1, $2, $3) RETURNING *'
          const { rows } = await pool.query(text, values)
          expect(rows).toEqual([{ door: name, index, text: values[2] }])
        }),
      )
    }),
  )
  const { rows } = await db.query(
    'SELECT door, index, text FROM written ORDER BY door COLLATE "C", index',
  )
  expect(rows).toEqual(
    // Their names are in ASCII, which JavaScript sorts as C does.
    doors.toSorted().flatMap((door) =>
      Array.from({ length: 150 }, (_, index) => ({
        door,
        index,
        text: textOf(index, 100 + index * 20),
      })),
    ),
  )
})

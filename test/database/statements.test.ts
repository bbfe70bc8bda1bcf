import { describe, expect, test } from 'vitest'
import { engineNames, useEngine } from '../support/engines.js'

describe.each(engineNames)('statements on %s', (name) => {
  const engine = useEngine(name)

  /** A table with the rows 1, 2 and 3, in a transaction that is rolled back. */
  const answerOf = (sql: string) =>
    engine
      .database('public')
      .transaction(async (transaction) => {
        await transaction.script('CREATE TABLE answers AS SELECT n FROM generate_series(1, 3) n')
        const result = await transaction.query(sql)
        throw { result }
      })
      .catch(({ result }) => result)

  test.each([
    ['SELECT n FROM answers', 'SELECT', 3, 3],
    ['TABLE answers', 'SELECT', 3, 3],
    ['VALUES (1), (2)', 'SELECT', 2, 2],
    ['WITH x AS (DELETE FROM answers RETURNING n) SELECT n FROM x', 'SELECT', 3, 3],
    ['SELECT FROM answers', 'SELECT', 3, 3],
    ['INSERT INTO answers VALUES (4), (5)', 'INSERT', 2, 0],
    ['INSERT INTO answers VALUES (4), (5) RETURNING n', 'INSERT', 2, 2],
    ['UPDATE answers SET n = 0 WHERE n > 1', 'UPDATE', 2, 0],
    ['DELETE FROM answers', 'DELETE', 3, 0],
    ['DELETE FROM answers WHERE false', 'DELETE', 0, 0],
    ['CREATE TABLE more (n int)', 'CREATE', 0, 0],
    ['DROP TABLE answers', 'DROP', 0, 0],
    ["SET LOCAL work_mem = '1MB'", 'SET', 0, 0],
    ['SHOW server_encoding', 'SHOW', 0, 1],
    ['EXPLAIN (COSTS OFF) SELECT', 'EXPLAIN', 0, 1],
    ['DO $$ BEGIN PERFORM 1; END $$', 'DO', 0, 0],
    ['/* nothing but */ -- comments', '', 0, 0],
    ['', '', 0, 0],
  ])('%s answers its command, its count and its rows', async (sql, command, rowCount, rows) => {
    const result = await answerOf(sql)
    expect({ ...result, rows: result.rows.length }).toEqual({ command, rowCount, rows })
  })

  test('a query is exactly one statement, and with two of them neither runs', async () => {
    const database = engine.database('public')
    const both = database.query('CREATE TABLE one (n int); CREATE TABLE two (n int)')
    await expect(both).rejects.toMatchObject({ code: '42601' })
    const { rows } = await database.query(
      "SELECT to_regclass('one') AS one, to_regclass('two') AS two",
    )
    expect(rows).toEqual([{ one: null, two: null }])
  })

  test('a script is all or nothing unless it says otherwise', async () => {
    const database = engine.database('public')
    const script = database.script('CREATE TABLE half (n int); SELECT 1 / 0')
    await expect(script).rejects.toMatchObject({ code: '22012' })
    const { rows } = await database.query("SELECT to_regclass('half') AS half")
    expect(rows).toEqual([{ half: null }])
  })

  test.each([
    ['too many values', 'SELECT $1::int', [1, 2], '08P01'],
    ['too few values', 'SELECT $1::int, $2::int', [1], '08P01'],
    ['no value for a parameter', 'SELECT $1::int', undefined, '08P01'],
    ['a value of the wrong type', 'SELECT $1::int', ['x'], '22P02'],
    ['a NUL in a value', 'SELECT $1::text', ['a\0b'], '22021'],
    ['a NUL in a text', 'SELECT 1 \0 + x', [], '08P01'],
    ['an unclosed quote', "SELECT 'x", [], '42601'],
    ['a parameter of unknown type', 'SELECT $2::int', [1, 2], '42P18'],
  ])('%s is refused and the next caller finds a clean connection', async (_, sql, values, code) => {
    const database = engine.database('public')
    for (let round = 0; round < 3; round += 1) {
      await expect(database.query(sql, values)).rejects.toMatchObject({ code })
    }
    const inside = database.transaction((transaction) => transaction.query(sql, values))
    await expect(inside).rejects.toMatchObject({ code })
    expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
  })

  test('values are never read as SQL', async () => {
    const hostile = `'; DROP TABLE chats; -- $1 \\' " \${x} /* {"a": 1} {NULL} %s`
    const { rows } = await engine
      .database('public')
      .query('SELECT $1::text AS text, $2::text[] AS list, $3::jsonb AS json', [
        hostile,
        [hostile, null],
        { [hostile]: hostile },
      ])
    expect(rows).toEqual([{ text: hostile, list: [hostile, null], json: { [hostile]: hostile } }])
  })

  test('COPY FROM STDIN is refused before it is sent, since nobody would feed it', async () => {
    const database = engine.database('public')
    await database.script('CREATE TABLE copied (n int)')
    const copy = '/* for */ copy copied (n)\n  FROM STDIN WITH (FORMAT csv)'
    for (const run of [
      () => database.query(copy),
      () => database.script(`SELECT 1; ${copy}; SELECT 2`),
      () => database.withSession((session) => session.query(copy)),
      () => database.transaction((transaction) => transaction.query(copy)),
      () => database.transaction((transaction) => transaction.script(copy)),
    ]) {
      await expect(run()).rejects.toMatchObject({ name: 'DriftpinError', code: 'invalid_input' })
    }
    const { rows } = await database.query("SELECT 'copy x from stdin' AS text")
    expect(rows).toEqual([{ text: 'copy x from stdin' }])
  })

  test('arrays of types without a parser are text, whatever the client has learnt of them', async () => {
    const { rows } = await engine
      .database('public')
      .query("SELECT ARRAY['1.2.3.4'::inet] AS inets, ARRAY['(1,2)'::point] AS points")
    expect(rows).toEqual([{ inets: '{1.2.3.4}', points: '{"(1,2)"}' }])
  })
})

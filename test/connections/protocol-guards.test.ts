import { describe, expect, test } from 'vitest'
import { useServedDatabase } from './protocol-server.js'
import {
  ask,
  bind,
  copyData,
  copyDone,
  copyFail,
  execute,
  flush,
  functionCall,
  parse,
  password,
  query,
  sync,
} from './raw-client.js'

/** What an engine does that waits for data is to block its process, so that it never may. */
describe('A COPY that the engine would wait for', () => {
  const served = useServedDatabase()
  const begun = [parse('', 'COPY guarded FROM STDIN'), bind('', ''), execute()]
  const copy = query('COPY guarded FROM STDIN')

  test.each<[string, readonly (readonly Buffer[])[]]>([
    [
      'behind the data of another',
      [
        [...begun, sync],
        [copyDone, ...begun, sync],
      ],
    ],
    [
      'by a query behind the data of another',
      [
        [...begun, sync],
        [copyDone, copy],
      ],
    ],
    ['behind a failure of another', [[...begun, sync], [copyFail('no'), ...begun, sync], [sync]]],
    [
      'behind another in its batch',
      [
        [...begun, ...begun, sync],
        [copyDone, sync],
      ],
    ],
    [
      'by a query in the batch of another',
      [
        [...begun, copy],
        [copyDone, sync, copyDone],
      ],
    ],
    [
      'before another statement',
      [
        [...begun, ...extended2('SELECT 1'), sync],
        [copyDone, sync],
      ],
    ],
    [
      'before a query',
      [
        [...begun, query('SELECT 1')],
        [copyDone, sync],
      ],
    ],
    ['in a query of several', [[query('COPY guarded FROM STDIN; SELECT 1')], [copyDone]]],
    ['twice in a query', [[query('COPY guarded FROM STDIN; COPY guarded FROM STDIN')], [copyDone]]],
    [
      'twice in a query that only looks like one',
      [
        [query('SET standard_conforming_strings = off')],
        [query("COPY guarded FROM STDIN (DELIMITER '\\''); COPY guarded FROM STDIN --'")],
        [copyDone],
      ],
    ],
    [
      'by a function call',
      [
        [...begun, flush, ask('F', '\0\0\0\x01')],
        [copyDone, sync],
      ],
    ],
    [
      'by a password',
      [
        [...begun, sync],
        [copyDone, password('x'), sync],
      ],
    ],
    ['that has comments in it', [[query('/* */COPY/**/guarded--\nFROM/* */STDIN')], [copyDone]]],
    ['of a binary kind', [[query('COPY guarded FROM STDIN (FORMAT binary)')], [copyDone]]],
    ['in a block', [[query("DO $$ BEGIN EXECUTE 'COPY guarded FROM STDIN'; END $$")]]],
    [
      'in a portal',
      [[query('BEGIN'), parse('', 'COPY guarded FROM STDIN'), bind('p', ''), sync]].concat([
        [execute('p'), execute('p'), sync],
        [copyDone, execute('p'), sync],
        [copyDone, sync],
      ]),
    ],
    ['in a message that is not whole', [[ask('Q', 'COPY guarded FROM STDIN')]]],
    ['whose data is cut', [[copy, copyData('1')], [ask('c', '', 100)]]],
  ])('%s blocks nobody', async (_what, parts) => {
    const { database } = served
    const [witness, client] = [await database.client(), await database.client()]
    await witness.told(query('CREATE TABLE IF NOT EXISTS guarded (id int)'))
    for (const part of parts) {
      client.send(...part)
      // All that this says reaches the engine before the next part does.
      await database.activity()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    client.vanish()
    expect(await witness.rows('SELECT count(*) FROM guarded')).toEqual(['0'])
  })
})

function extended2(sql: string): readonly Buffer[] {
  return [parse('', sql), bind('', ''), execute()]
}

describe('What a client does to its own session', () => {
  const served = useServedDatabase()

  test('does not reach others through an encoding that cannot say everything', async () => {
    const { database } = served
    const [witness, client] = [await database.client(), await database.client()]
    client.send(
      query("SET app.name = '\u65e5\u672c \u00e9'"),
      query("SET client_encoding = 'LATIN1'"),
    )
    await client.told()
    // Whether it is refused or taken, nobody else notices.
    await client.until('Z')
    expect(await witness.rows('SHOW client_encoding')).toEqual(['UTF8'])
    expect(await witness.rows("SELECT '\u65e5\u672c \u00e9'")).toEqual(['\u65e5\u672c \u00e9'])
  })

  test('reaches nobody by a function call', async () => {
    const { database } = served
    const [witness, client] = [await database.client(), await database.client()]
    const [oid] = await client.rows("SELECT 'set_config'::regproc::oid")
    const told = await client.told(functionCall(Number(oid), ['work_mem', '7MB', 'f']))
    expect(told.at(-1)).toBe('Ready I')
    expect(await witness.rows('SHOW work_mem')).not.toEqual(['7MB'])
    expect(await client.rows('SHOW work_mem')).toEqual(['7MB'])
  })

  test('does not keep the engine by a Flush alone', async () => {
    const { database } = served
    const [witness, client] = [await database.client(), await database.client()]
    client.send(flush)
    await client.toldUntil('1', parse('', 'SELECT 1'), flush)
    expect(await witness.rows('SELECT 2')).toEqual(['2'])
    expect(await client.told(bind('', ''), execute(), sync)).toContain('Row 1')
  })

  test('is warned of where others see it, as they do a temporary table', async () => {
    const client = await served.database.client()
    const warning =
      'WARNING 01000 temporary tables and cursors WITH HOLD are seen by all sessions of a PGlite'
    expect(await client.told(query('CREATE TEMP TABLE seen (id int)'))).toContain(warning)
    expect(await client.told(query('INSERT INTO seen VALUES (1)'))).not.toContain(warning)
  })

  test('keeps others from advisory locks, and only from these', async () => {
    const { database } = served
    const holder = await database.client()
    await holder.told(query('SELECT pg_advisory_lock(1)'))
    const other = await database.client()
    await other.told(query("SET work_mem = '7MB'"))
    other.send(query('SELECT pg_advisory_lock(1)'))
    await database.untilWaiting(1)
    expect(await (await database.client()).rows('SELECT 1')).toEqual(['1'])
    expect(await holder.rows('SELECT pg_advisory_unlock(1)')).toEqual(['t'])
    expect((await other.told()).at(-1)).toBe('Ready I')
  })
})

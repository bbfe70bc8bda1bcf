import { describe, expect, test } from 'vitest'
import { peers, usePeer } from './protocol-peers.js'
import {
  bind,
  copyData,
  copyDone,
  copyFail,
  describeStatement,
  execute,
  flush,
  parse,
  query,
  sync,
} from './raw-client.js'

describe.each(peers)('COPY to and from %s', (name) => {
  const peer = usePeer(name)
  /** The limit of a PGlite that its documentation names. */
  const isRefused = name !== 'PostgreSQL 18'
  const byItself = expect.stringMatching(/^ERROR .*COPY FROM STDIN as a query by itself/)

  /** A client, and a table of its test's own. */
  async function start(table: string) {
    const client = await peer.client()
    await client.told(query(`CREATE TABLE ${table} (id int PRIMARY KEY, name text)`))
    const begun = [parse('', `COPY ${table} FROM STDIN`), bind('', ''), execute()]
    return {
      client,
      begun,
      copy: query(`COPY ${table} FROM STDIN`),
      rows: () => client.rows(`SELECT * FROM ${table} ORDER BY id`),
    }
  }

  test('takes data by a simple query, cut anywhere', async () => {
    const { client, copy, rows } = await start('simple')
    expect(await client.toldUntil('G', copy)).toEqual(['CopyIn 2 columns'])
    client.send(copyData('1\ton'), copyData('e\n2'), copyData(''), copyData('\ttwo\n'))
    expect(await client.told(copyDone)).toEqual(['COPY 2', 'Ready I'])
    expect(await rows()).toEqual(['1|one', '2|two'])
  })

  test('takes data that is sent with the query, before it is asked for', async () => {
    const { client, copy, rows } = await start('ahead')
    expect(await client.told(copy, copyData('1\tone\n'), copyDone)).toEqual([
      'CopyIn 2 columns',
      'COPY 1',
      'Ready I',
    ])
    expect(await rows()).toEqual(['1|one'])
  })

  test('takes data by the extended protocol, after a Sync and after a Flush', async () => {
    const { client, begun, rows } = await start('extended')
    const asked = ['ParseComplete', 'BindComplete', 'CopyIn 2 columns']
    expect(await client.toldUntil('G', ...begun, sync)).toEqual(asked)
    client.send(copyData('1\tone\n'), sync, flush, copyDone)
    expect(await client.told(sync)).toEqual(['COPY 1', 'Ready I'])
    expect(await client.toldUntil('G', ...begun, flush)).toEqual(asked)
    client.send(copyData('2\ttwo\n'), copyDone)
    expect(await client.told(sync)).toEqual(['COPY 1', 'Ready I'])
    expect(await rows()).toEqual(['1|one', '2|two'])
  })

  test('answers a Flush after the data', async () => {
    const { client, begun, rows } = await start('flushed')
    await client.toldUntil('G', ...begun, flush)
    client.send(copyData('1\tone\n'), copyDone)
    expect(await client.toldUntil('C', flush)).toEqual(['COPY 1'])
    expect(await client.told(sync)).toEqual(['Ready I'])
    expect(await rows()).toEqual(['1|one'])
  })

  test('takes data that is sent with the whole batch', async () => {
    const { client, begun, rows } = await start('whole')
    expect(await client.told(...begun, copyData('1\tone\n'), copyDone, sync)).toEqual([
      'ParseComplete',
      'BindComplete',
      'CopyIn 2 columns',
      'COPY 1',
      'Ready I',
    ])
    expect(await rows()).toEqual(['1|one'])
  })

  test('runs by name as often as it is bound, and describes itself', async () => {
    const { client, rows } = await start('named')
    expect(
      await client.told(parse('in', 'COPY named FROM STDIN'), describeStatement('in'), sync),
    ).toEqual(['ParseComplete', 'ParameterDescription 0', 'NoData', 'Ready I'])
    for (const id of ['1', '2']) {
      expect(await client.toldUntil('G', bind('', 'in'), execute(), sync)).toEqual([
        'BindComplete',
        'CopyIn 2 columns',
      ])
      client.send(copyData(`${id}\tx\n`), copyDone)
      expect(await client.told(sync)).toEqual(['COPY 1', 'Ready I'])
    }
    expect(await rows()).toEqual(['1|x', '2|x'])
  })

  test('takes data through a portal that an earlier batch bound', async () => {
    const { client, rows } = await start('portal')
    await client.told(query('BEGIN'))
    await client.told(parse('p', 'COPY portal FROM STDIN'), bind('waiting', 'p'), sync)
    if (isRefused) {
      expect(await client.told(execute('waiting'), sync)).toEqual([byItself, 'Ready E'])
      return
    }
    expect(await client.toldUntil('G', execute('waiting'), sync)).toEqual(['CopyIn 2 columns'])
    client.send(copyData('1\tone\n'), copyDone)
    expect(await client.told(sync)).toEqual(['COPY 1', 'Ready T'])
    await client.told(query('COMMIT'))
    expect(await rows()).toEqual(['1|one'])
  })

  test('belongs to its transaction', async () => {
    const { client, copy, begun, rows } = await start('inside')
    for (const end of ['ROLLBACK', 'COMMIT']) {
      await client.told(query('BEGIN'))
      await client.told(query("INSERT INTO inside VALUES (1, 'before')"))
      await client.toldUntil('G', copy)
      expect(await client.told(copyData('2\tsimple\n'), copyDone)).toEqual(['COPY 1', 'Ready T'])
      await client.toldUntil('G', ...begun, sync)
      client.send(copyData('3\textended\n'), copyDone)
      expect(await client.told(sync)).toEqual(['COPY 1', 'Ready T'])
      expect(await rows()).toEqual(['1|before', '2|simple', '3|extended'])
      await client.told(query(end))
      expect(await rows()).toHaveLength(end === 'COMMIT' ? 3 : 0)
    }
  })

  test('keeps what came before it in its batch, and what was flushed before', async () => {
    const { client, begun, rows } = await start('after')
    const insert = (id: number) => [
      ...[parse('', `INSERT INTO after VALUES (${id}, 'insert')`), bind('', ''), execute()],
    ]
    await client.toldUntil('C', ...insert(1), flush)
    if (isRefused) {
      // What came before it is undone, and not lost without a word.
      expect((await client.told(...begun, sync)).slice(-2)).toEqual([byItself, 'Ready I'])
      expect((await client.told(...insert(2), ...begun, sync)).slice(-2)).toEqual([
        ...[byItself, 'Ready I'],
      ])
      expect(await rows()).toEqual([])
      return
    }
    expect(await client.toldUntil('G', ...insert(2), ...begun, sync)).toEqual([
      ...['ParseComplete', 'BindComplete', 'INSERT 0 1'],
      ...['ParseComplete', 'BindComplete', 'CopyIn 2 columns'],
    ])
    client.send(copyData('3\tcopy\n'), copyDone)
    expect(await client.told(sync)).toEqual(['COPY 1', 'Ready I'])
    expect(await rows()).toEqual(['1|insert', '2|insert', '3|copy'])
  })

  test('is refused in a failed transaction', async () => {
    const { client, copy, begun } = await start('failed')
    await client.told(query('BEGIN'))
    await client.told(query('SELECT 1/0'))
    const refused = expect.stringMatching(/^ERROR 25P02/)
    // What is sent all the same is left out.
    expect(await client.told(copy, copyData('1\tone\n'), copyDone)).toEqual([refused, 'Ready E'])
    expect(await client.told(...begun, sync)).toEqual([refused, 'Ready E'])
    expect(await client.told(query('ROLLBACK'))).toEqual(['ROLLBACK', 'Ready I'])
  })

  test('says of a table that is not there that it is not', async () => {
    const client = await peer.client()
    const missing = 'ERROR 42P01 relation "missing" does not exist'
    const copy = query('COPY missing FROM STDIN')
    expect(await client.told(copy, copyData('1\n'), copyDone)).toEqual([missing, 'Ready I'])
    const batch = [parse('', 'COPY missing FROM STDIN'), bind('', ''), execute(), sync]
    expect((await client.told(...batch)).slice(-2)).toEqual([missing, 'Ready I'])
    expect(await client.told(query('COPY missing TO STDOUT'))).toEqual([missing, 'Ready I'])
    expect(await client.rows('SELECT 1')).toEqual(['1'])
  })

  test('fails by what is wrong with the data, and by what the client says', async () => {
    const { client, copy, begun, rows } = await start('wrong')
    await client.toldUntil('G', copy)
    expect(await client.told(copyData('1\tone\nx\ttwo\n'), copyDone)).toEqual([
      'ERROR 22P02 invalid input syntax for type integer: "x"',
      'Ready I',
    ])
    await client.toldUntil('G', copy)
    expect(await client.told(copyData('1\tone\n'), copyFail('no more'))).toEqual([
      'ERROR 57014 COPY from stdin failed: no more',
      'Ready I',
    ])
    await client.toldUntil('G', ...begun, sync)
    expect(await client.told(copyData('1\tone\n'), copyFail('no more'), sync)).toEqual([
      'ERROR 57014 COPY from stdin failed: no more',
      'Ready I',
    ])
    await client.told(query('BEGIN'))
    await client.toldUntil('G', copy)
    expect((await client.told(copyData('1\tone\n'), copyFail('no more'))).at(-1)).toBe('Ready E')
    await client.told(query('ROLLBACK'))
    expect(await rows()).toEqual([])
  })

  test('gives data by a simple query and by the extended protocol', async () => {
    const { client } = await start('out')
    await client.told(query("INSERT INTO out VALUES (1, 'one'), (2, NULL)"))
    const data = ['CopyOut 2 columns', 'CopyData "1\\tone\\n"', 'CopyData "2\\t\\\\N\\n"']
    const end = ['CopyDone', 'COPY 2', 'Ready I']
    expect(await client.told(query('COPY out TO STDOUT'))).toEqual([...data, ...end])
    const batch = [parse('', 'COPY out TO STDOUT'), bind('', ''), execute(), sync]
    expect(await client.told(...batch)).toEqual([
      ...['ParseComplete', 'BindComplete'],
      ...data,
      ...end,
    ])
    const failing = query('COPY (SELECT 1 / (2 - i) FROM generate_series(1, 3) AS i) TO STDOUT')
    expect(await client.told(failing)).toEqual([
      'CopyOut 1 columns',
      'CopyData "1\\n"',
      'ERROR 22012 division by zero',
      'Ready I',
    ])
  })

  test('goes on for two clients at once', async () => {
    const [one, two] = [await start('first'), await start('second')]
    await one.client.toldUntil('G', one.copy)
    await two.client.toldUntil('G', ...two.begun, sync)
    for (let id = 1; id <= 100; id++) {
      one.client.send(copyData(`${id}\tfirst\n`))
      two.client.send(copyData(`${id}\tsecond\n`))
    }
    const ended = [one.client.told(copyDone), two.client.told(copyDone, sync)]
    expect(await Promise.all(ended)).toEqual([
      ['COPY 100', 'Ready I'],
      ['COPY 100', 'Ready I'],
    ])
    const expected = (name: string) => Array.from({ length: 100 }, (_, at) => `${at + 1}|${name}`)
    expect(await one.rows()).toEqual(expected('first'))
    expect(await two.rows()).toEqual(expected('second'))
  })

  test('leaves out data that nobody asked for', async () => {
    const client = await peer.client()
    client.send(copyData('1\n'), copyFail('no'), copyDone)
    expect(await client.rows('SELECT 1')).toEqual(['1'])
    const batch = [parse('', 'SELECT 2'), copyData('1\n'), bind('', ''), copyDone, execute(), sync]
    expect(await client.told(...batch)).toContain('Row 2')
  })
})

import { describe, expect, test } from 'vitest'
import { peers, usePeer } from './protocol-peers.js'
import {
  ask,
  bind,
  describeStatement,
  execute,
  extended,
  flush,
  functionCall,
  parse,
  query,
  sync,
} from './raw-client.js'

describe.each(peers)('A pipeline to %s', (name) => {
  const peer = usePeer(name)

  test('answers what is flushed, and goes on with it', async () => {
    const client = await peer.client()
    expect(
      await client.toldUntil('T', parse('', 'SELECT 1'), describeStatement(''), flush),
    ).toEqual(['ParseComplete', 'ParameterDescription 0', 'RowDescription 1'])
    expect(await client.toldUntil('C', bind('', ''), execute(), flush)).toEqual([
      'BindComplete',
      'Row 1',
      'SELECT 1',
    ])
    expect(await client.told(sync)).toEqual(['Ready I'])
  })

  test('flushes a statement that only speaks of copy and stdin', async () => {
    const client = await peer.client()
    const sql = "SELECT 'copy from stdin'"
    expect(await client.toldUntil('2', parse('', sql), bind('', ''), flush)).toEqual([
      'ParseComplete',
      'BindComplete',
    ])
    expect(await client.told(execute(), sync)).toEqual([
      'Row copy from stdin',
      'SELECT 1',
      'Ready I',
    ])
    expect(await client.told(query(`${sql}; SELECT 2`))).toEqual([
      ...['RowDescription 1', 'Row copy from stdin', 'SELECT 1'],
      ...['RowDescription 1', 'Row 2', 'SELECT 1', 'Ready I'],
    ])
  })

  test('leaves out what follows an error up to Sync, and undoes what came before it', async () => {
    const client = await peer.client()
    await client.told(query('CREATE TABLE piped (id int PRIMARY KEY)'))
    const insert = (id: string) => [
      ...[parse('', 'INSERT INTO piped VALUES ($1)'), bind('', '', [id]), execute()],
    ]
    expect(await client.told(...insert('1'), ...insert('1'), ...insert('2'), sync)).toEqual([
      ...['ParseComplete', 'BindComplete', 'INSERT 0 1'],
      ...['ParseComplete', 'BindComplete'],
      'ERROR 23505 duplicate key value violates unique constraint "piped_pkey"',
      'Ready I',
    ])
    expect(await client.rows('SELECT * FROM piped')).toEqual([])
    // Two batches sent at once are two transactions.
    client.send(...insert('1'), sync, ...insert('1'), sync, ...insert('2'), sync)
    expect((await client.told()).at(-1)).toBe('Ready I')
    expect(await client.told()).toContain(
      'ERROR 23505 duplicate key value violates unique constraint "piped_pkey"',
    )
    expect(await client.told()).toContain('INSERT 0 1')
    expect(await client.rows('SELECT id FROM piped ORDER BY id')).toEqual(['1', '2'])
  })

  test('leaves out a simple query too, where an error that was flushed came before', async () => {
    const client = await peer.client()
    const wrong = 'ERROR 42601 syntax error at or near "selec"'
    expect(await client.toldUntil('E', parse('', 'selec'), flush)).toEqual([wrong])
    client.send(query('SELECT 1'), functionCall(1, []), parse('', 'SELECT 2'), flush)
    expect(await client.told(sync)).toEqual(['Ready I'])
    expect(await client.rows('SELECT 3')).toEqual(['3'])
  })

  test('answers a Sync that follows nothing, and a batch that says nothing', async () => {
    const client = await peer.client()
    expect(await client.told(sync)).toEqual(['Ready I'])
    client.send(flush)
    expect(await client.told(sync)).toEqual(['Ready I'])
    expect(await client.told(extended(''))).toEqual([
      'ParseComplete',
      'BindComplete',
      'EmptyQueryResponse',
      'Ready I',
    ])
    expect(await client.told(query(' -- nothing'))).toEqual(['EmptyQueryResponse', 'Ready I'])
  })

  test('calls functions by number', async () => {
    const client = await peer.client()
    const [oid] = await client.rows("SELECT 'int4pl'::regproc::oid")
    expect(await client.told(functionCall(Number(oid), ['40', '2']))).toEqual([
      'FunctionResult 42',
      'Ready I',
    ])
    expect(await client.told(functionCall(Number(oid), ['40', 'x']))).toEqual([
      'ERROR 22P02 invalid input syntax for type integer: "x"',
      'Ready I',
    ])
    expect(await client.told(functionCall(1, []))).toEqual([
      'ERROR 42883 function with OID 1 does not exist',
      'Ready I',
    ])
  })

  test.each([
    ['Bind', ask('B', 'xxxx')],
    ['Parse', ask('P', 'xxxx')],
    ['Describe of neither', ask('D', 'X\0')],
    ['Execute', ask('E', '\0')],
    ['Close', ask('C', 'S')],
    ['Flush with a body', ask('H', 'xxxx')],
  ])('says of a %s that makes no sense that it does not', async (_kind, message) => {
    const client = await peer.client()
    expect(await client.told(message, sync)).toEqual([
      expect.stringMatching(/^ERROR 08P01/),
      'Ready I',
    ])
    expect(await client.rows('SELECT 1')).toEqual(['1'])
  })
})

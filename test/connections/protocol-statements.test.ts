import { describe, expect, test } from 'vitest'
import { peers, usePeer } from './protocol-peers.js'
import {
  bind,
  closePortal,
  closeStatement,
  describePortal,
  describeStatement,
  execute,
  parse,
  query,
  sync,
} from './raw-client.js'

describe.each(peers)('The extended protocol of %s', (name) => {
  const peer = usePeer(name)

  test('runs a statement with a name and a portal with a name', async () => {
    const client = await peer.client()
    const told = await client.told(
      parse('add', 'SELECT $1::int + $2::int AS sum'),
      describeStatement('add'),
      bind('one', 'add', ['40', '2']),
      describePortal('one'),
      execute('one'),
      closePortal('one'),
      sync,
    )
    expect(told).toEqual([
      'ParseComplete',
      'ParameterDescription 2',
      'RowDescription 1',
      'BindComplete',
      'RowDescription 1',
      'Row 42',
      'SELECT 1',
      'CloseComplete',
      'Ready I',
    ])
    expect(await client.told(bind('', 'add', ['1', null]), execute(), sync)).toEqual([
      'BindComplete',
      'Row NULL',
      'SELECT 1',
      'Ready I',
    ])
  })

  test('gives rows by portions, as many portals at once as a transaction has', async () => {
    const client = await peer.client()
    await client.told(query('BEGIN'))
    const numbers = 'SELECT generate_series($1::int, $2::int)'
    expect(
      await client.told(
        parse('numbers', numbers),
        bind('low', 'numbers', ['1', '4']),
        bind('high', 'numbers', ['11', '13']),
        execute('low', 2),
        execute('high', 2),
        sync,
      ),
    ).toEqual([
      'ParseComplete',
      'BindComplete',
      'BindComplete',
      ...['Row 1', 'Row 2', 'PortalSuspended'],
      ...['Row 11', 'Row 12', 'PortalSuspended'],
      'Ready T',
    ])
    expect(await client.told(execute('low', 2), execute('high', 2), sync)).toEqual([
      ...['Row 3', 'Row 4', 'PortalSuspended'],
      ...['Row 13', 'SELECT 1'],
      'Ready T',
    ])
    expect(await client.told(execute('low', 2), closePortal('low'), sync)).toEqual([
      ...['SELECT 0', 'CloseComplete'],
      'Ready T',
    ])
    expect(await client.told(execute('low'), sync)).toEqual([
      'ERROR 34000 portal "low" does not exist',
      'Ready E',
    ])
    expect(await client.told(query('ROLLBACK'))).toEqual(['ROLLBACK', 'Ready I'])
  })

  test('ends a portal with its transaction, also with the one that a Sync ends', async () => {
    const client = await peer.client()
    await client.told(parse('', 'SELECT 1'), bind('mine', ''), sync)
    expect(await client.told(execute('mine'), sync)).toEqual([
      'ERROR 34000 portal "mine" does not exist',
      'Ready I',
    ])
  })

  test('names what is unknown as the client does', async () => {
    const client = await peer.client()
    const unknown = 'ERROR 26000 prepared statement "my ""own"" é" does not exist'.replaceAll(
      '""',
      '"',
    )
    const mine = 'my "own" é'
    expect(await client.told(bind('', mine), sync)).toEqual([unknown, 'Ready I'])
    expect(await client.told(describeStatement(mine), sync)).toEqual([unknown, 'Ready I'])
    expect(await client.told(describePortal('none'), sync)).toEqual([
      'ERROR 34000 portal "none" does not exist',
      'Ready I',
    ])
    expect(await client.told(query('DEALLOCATE none'))).toEqual([
      'ERROR 26000 prepared statement "none" does not exist',
      'Ready I',
    ])
    expect(await client.told(bind('', ''), sync)).toEqual([
      'ERROR 26000 unnamed prepared statement does not exist',
      'Ready I',
    ])
    // To close what is not there is no error.
    expect(await client.told(closeStatement('none'), closePortal('none'), sync)).toEqual([
      'CloseComplete',
      'CloseComplete',
      'Ready I',
    ])
  })

  test('refuses a name that is taken, and the statement with the name lives on', async () => {
    const client = await peer.client()
    // A name is put into the message as it is, whatever `String.replace` reads in it.
    const taken = "$$ $& $` $'"
    await client.told(parse(taken, 'SELECT 1'), sync)
    const refused = `ERROR 42P05 prepared statement "${taken}" already exists`
    expect(await client.told(parse(taken, 'SELECT 2'), sync)).toEqual([refused, 'Ready I'])
    const twice = [parse('twice', 'SELECT 3'), parse('twice', 'SELECT 4'), sync]
    expect(await client.told(...twice)).toEqual([
      'ParseComplete',
      'ERROR 42P05 prepared statement "twice" already exists',
      'Ready I',
    ])
    expect(await client.told(bind('', taken), execute(), sync)).toContain('Row 1')
    expect(await client.told(bind('', 'twice'), execute(), sync)).toContain('Row 3')
  })

  test('gives a name again that was closed, in the same batch too', async () => {
    const client = await peer.client()
    await client.told(parse('again', 'SELECT 1'), sync)
    await client.told(closeStatement('again'), parse('again', 'SELECT 2'), sync)
    expect(await client.told(bind('', 'again'), execute(), sync)).toContain('Row 2')
    await client.told(closeStatement('again'), sync)
    await client.told(parse('again', 'SELECT 3'), sync)
    await client.told(query('DEALLOCATE again'))
    expect(await client.told(bind('', 'again'), sync)).toContain(
      'ERROR 26000 prepared statement "again" does not exist',
    )
    await client.told(parse('again', 'SELECT 4'), sync)
    expect(await client.told(bind('', 'again'), execute(), sync)).toContain('Row 4')
  })

  test('keeps a statement that a failed transaction did not deallocate', async () => {
    const client = await peer.client()
    await client.told(parse('kept', 'SELECT 1'), sync)
    await client.told(query('BEGIN'))
    await client.told(query('SELECT 1/0'))
    expect(await client.told(query('DEALLOCATE kept'))).toEqual([
      expect.stringMatching(/^ERROR 25P02/),
      'Ready E',
    ])
    await client.told(query('ROLLBACK'))
    expect(await client.told(bind('', 'kept'), execute(), sync)).toContain('Row 1')
  })

  test('forgets all statements by DEALLOCATE ALL and by DISCARD ALL', async () => {
    const client = await peer.client()
    for (const command of ['DEALLOCATE ALL', 'DISCARD ALL']) {
      await client.told(parse('gone', 'SELECT 1'), sync)
      await client.told(query(command))
      expect(await client.told(bind('', 'gone'), sync)).toEqual([
        'ERROR 26000 prepared statement "gone" does not exist',
        'Ready I',
      ])
    }
  })

  test('keeps the statement without a name until the next one, or a simple query', async () => {
    const client = await peer.client()
    // One that changes the session is prepared, described, and only then run.
    for (const sql of [
      "SET work_mem = '5MB'",
      "SELECT set_config('a.b', 'c', false)",
      'RESET a.b',
    ]) {
      await client.told(parse('', sql), describeStatement(''), sync)
      const told = await client.told(bind('', ''), execute(), sync)
      expect(told[0]).toBe('BindComplete')
    }
    await client.told(parse('', 'SELECT 1'), sync)
    await client.told(query('SELECT 2'))
    expect(await client.told(bind('', ''), sync)).toEqual([
      'ERROR 26000 unnamed prepared statement does not exist',
      'Ready I',
    ])
  })
})

import { describe, expect, test } from 'vitest'
import { useServedDatabase } from './protocol-server.js'
import {
  ask,
  bind,
  closeStatement,
  copyData,
  copyDone,
  describePortal,
  describeStatement,
  execute,
  extended,
  parse,
  password,
  query,
  sync,
} from './raw-client.js'

/** Less than the server's own, so that a test need not send as much. */
const batchBytesMax = 1024 * 1024

const long = 'x'.repeat(20_000)

describe('A client that breaks the protocol', () => {
  const served = useServedDatabase({ batchBytesMax })

  test.each<[string, readonly Buffer[]]>([
    ['a type that there is not', [ask('Y')]],
    ['a type of the server', [ask('Z', 'I')]],
    ['a type of zero', [Buffer.alloc(64)]],
    ['a startup packet once more', [Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])]],
    ['a length of 0', [ask('Q', '', 0)]],
    ['a length of 3', [ask('S', '', 3)]],
    ['a length below zero', [ask('Q', '', -1)]],
    ['the least length there is', [ask('Q', '', -(2 ** 31))]],
    ['a length beyond what is allowed', [ask('Q', '', batchBytesMax + 1)]],
    ['a length of 2 GB', [ask('P', '', 2 ** 31 - 1)]],
    ['a Sync of 20,000 bytes', [ask('S', long)]],
    ['a Flush of 20,000 bytes', [ask('H', long)]],
    ['a Describe of 20,000 bytes', [describeStatement(long), sync]],
    ['a Close of 20,000 bytes', [closeStatement(long), sync]],
    ['an Execute of 20,000 bytes', [execute(long), sync]],
    ['a CopyDone of 20,000 bytes', [ask('c', long), sync]],
    ['a password that was not asked for', [password('x')]],
    ['a message beyond sense in a batch', [parse('', 'SELECT 1'), ask('Y')]],
  ])('by %s is told so and dropped, and nobody else is', async (_what, said) => {
    const { database } = served
    const [witness, client] = [await database.client(), await database.client()]
    await witness.told(query('BEGIN'))
    await witness.told(query('COMMIT'))
    client.send(...said)
    expect(await client.ending()).toEqual([expect.stringMatching(/^FATAL 08P01 ./)])
    expect(await witness.rows('SELECT 1')).toEqual(['1'])
    await database.untilStates('idle')
  })

  test('by its batch is told so and dropped, when that is longer than allowed', async () => {
    const client = await served.database.client()
    const part = parse('', `SELECT '${'x'.repeat(batchBytesMax / 4)}'`)
    expect((await client.told(part, part, part, sync)).at(-1)).toBe('Ready I')
    client.send(part, part, part, part, sync)
    expect(await client.ending()).toEqual([expect.stringMatching(/^FATAL 54000 ./)])
  })

  test('by the data of a COPY is told so, and has its session on', async () => {
    const client = await served.database.client()
    await client.told(query('CREATE TABLE much (value text)'))
    await client.toldUntil('G', query('COPY much FROM STDIN'))
    for (let part = 0; part < 5; part++) client.send(copyData(`${'x'.repeat(batchBytesMax / 4)}\n`))
    expect(await client.told(copyDone)).toEqual([
      expect.stringMatching(/^ERROR \w{5} .*1048576 bytes/),
      'Ready I',
    ])
    expect(await client.rows('SELECT count(*) FROM much')).toEqual(['0'])
  })

  test('may use names as long as PostgreSQL allows them', async () => {
    const client = await served.database.client()
    const name = 'n'.repeat(9_900)
    const told = await client.told(
      parse(name, 'SELECT 1'),
      describeStatement(name),
      bind(name, name),
      describePortal(name),
      execute(name),
      closeStatement(name),
      sync,
    )
    expect(told.slice(-4)).toEqual(['Row 1', 'SELECT 1', 'CloseComplete', 'Ready I'])
  })
})

describe('A client that does not read', () => {
  const served = useServedDatabase()

  test('has its next statements run when it has read what came before', async () => {
    const { database } = served
    const [witness, client] = [await database.client(), await database.client()]
    await witness.told(query('CREATE SEQUENCE runs'))
    client.socket.pause()
    // Each answer is longer than all that waits on the way.
    const rows = 16
    const sql = `SELECT nextval('runs'), repeat('x', 1000000) FROM generate_series(1, ${rows})`
    const statements = 8
    for (let at = 0; at < statements; at++) client.send(at % 2 === 0 ? query(sql) : extended(sql))
    // Others go on, however long they look, and find that one or two of its statements were run.
    const run = async () => Number((await witness.rows('SELECT last_value FROM runs'))[0]) / rows
    await database.untilStates('idle', 'active')
    for (let look = 0; look < 20; look++) {
      expect(await run()).toBeLessThanOrEqual(2)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    client.socket.resume()
    for (let at = 0; at < statements; at++) {
      const told = await client.told()
      expect(told.filter((one) => one.startsWith('Row ')).length).toBe(rows)
      expect(told.at(-1)).toBe('Ready I')
    }
    expect(await run()).toBe(statements)
  })

  test('has not more of what it sends taken in than a part', async () => {
    const { database } = served
    const [owner, client] = [await database.client(), await database.client()]
    await owner.told(query('BEGIN'))
    const statement = query(`SELECT 1 -- ${'x'.repeat(1024 * 1024)}`)
    const statements = 64
    client.send(...Array.from({ length: statements }, () => statement))
    await database.untilStates('idle in transaction', 'waiting')
    for (let look = 0; look < 20; look++) {
      // What is not taken in waits here, but for what is on the way.
      expect(client.socket.writableLength).toBeGreaterThan((statement.length * statements) / 2)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await owner.told(query('COMMIT'))
    for (let at = 0; at < statements; at++) expect((await client.told()).at(-1)).toBe('Ready I')
    expect(client.socket.writableLength).toBe(0)
  })

  test('does not hold up others that are told the same', async () => {
    const { database } = served
    const [deaf, listener, sender] = [
      await database.client(),
      await database.client(),
      await database.client(),
    ]
    await deaf.told(query('LISTEN loud'))
    await listener.told(query('LISTEN loud'))
    deaf.socket.pause()
    const sends = 200
    const payload = 'x'.repeat(7000)
    for (let at = 0; at < sends; at++) {
      await sender.told(query(`NOTIFY loud, '${at} ${payload}'`))
    }
    for (let at = 0; at < sends; at++) {
      expect(await listener.toldUntil('A')).toEqual([`Notification loud ${at} ${payload}`])
    }
  })
})

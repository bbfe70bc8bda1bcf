import { createServer } from 'node:net'
import pg from 'pg'
import { expect, test } from 'vitest'
import { messageOf } from '../../src/errors.js'

test('an error that is of several says what each of them says', () => {
  const refused = [new Error('refused at ::1'), new Error('refused at 127.0.0.1')]
  expect(messageOf(new AggregateError(refused))).toBe('refused at ::1; refused at 127.0.0.1')
  expect(messageOf(new AggregateError(refused, 'both refused'))).toBe('both refused')
})

test('whatever is thrown has words', () => {
  expect([new Error('mine'), new TypeError(), 'text', undefined].map(messageOf)).toEqual([
    ...['mine', 'TypeError', 'text', 'undefined'],
  ])
})

test('localhost without a server is said to refuse', async () => {
  const server = createServer().listen(0)
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  const client = new pg.Client({ host: 'localhost', port })
  expect(messageOf(await client.connect().catch((error) => error))).toContain('ECONNREFUSED')
})

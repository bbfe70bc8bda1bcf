import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { exitCodes } from '../../src/cli/command-error.js'
import { migrateCommand } from '../../src/cli/migrate-command.js'
import { refusalOf } from './refusal-of.js'

test('a server that says nothing is waited for some time, and then refused', async () => {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `postgres://app:hunter2@127.0.0.1:${port}/app`
  try {
    const { exitCode, message } = await refusalOf(migrateCommand(), ['up', '--database', url])
    expect(exitCode).toBe(exitCodes.wrongUse)
    expect(message).toContain('cannot be used')
    expect(message).toContain('Is it a PostgreSQL server?')
    expect(message.split('\n')).toHaveLength(1)
    expect(message).not.toContain('hunter2')
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
})

import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import type { Command } from 'commander'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { exitCodeOf, exitCodes } from '../../src/cli/command-error.js'
import { commandGroups } from '../../src/cli/commands.js'
import { migrateCommand } from '../../src/cli/migrate-command.js'
import { assertSupportedVersion, oldestMajor } from '../../src/database/assert-supported-version.js'
import { createMigrator, DriftpinError, fromPg } from '../../src/index.js'
import { refusalOf } from './refusal-of.js'

const { url } = inject('servers').at(-1)!
const password = 'hunter2'

/** What listens there, and what it says to whoever comes. */
const others = {
  'speaks HTTP': 'HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  'speaks SSH': 'SSH-2.0-OpenSSH_9.2\r\n',
  'closes at once': '',
} as const

const servers: Server[] = []

async function listen(answer: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end(answer))
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return `postgres://app:${password}@127.0.0.1:${(server.address() as AddressInfo).port}/app`
}

afterAll(() => {
  for (const server of servers) server.close()
})

function expectOneLine({ exitCode, message }: Awaited<ReturnType<typeof refusalOf>>, what: string) {
  expect(exitCode, what).toBe(exitCodes.wrongUse)
  expect(message.split('\n'), what).toHaveLength(1)
  expect(message, what).not.toContain(password)
}

test.each(Object.entries(others))(
  'what %s is no PostgreSQL, and so it is said',
  async (_, answer) => {
    const refusal = await refusalOf(migrateCommand(), ['up', '--database', await listen(answer)])
    expectOneLine(refusal, answer)
    expect(refusal.message).toContain('Is it a PostgreSQL server?')
  },
)

/** What a command needs besides before it looks at its database. */
const needed: Record<string, readonly string[]> = {
  purge: ['--older-than', '30d'],
  grants: ['--apply', '--app-role', 'app'],
}

test('every command that takes a server refuses what is none in one line', async () => {
  const database = await listen(others['speaks HTTP'])
  const groups = Object.values(commandGroups).flatMap((group) => Object.values(group))
  const leaves = (command: Command): Command[] =>
    command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
  const commands = (await Promise.all(groups.map((load) => load()))).flatMap(leaves)
  const taking = commands.filter((one) => one.options.some(({ long }) => long === '--database'))
  expect(taking.length).toBeGreaterThan(15)
  for (const command of taking) {
    const named = command.registeredArguments.filter(({ required }) => required).map(() => '1')
    const args = [...named, ...(needed[command.name()] ?? []), '--database', database]
    expectOneLine(await refusalOf(command, args), command.name())
  }
})

test('a server that is too old is refused with the versions that work', () => {
  const refused = (version: number) => {
    try {
      assertSupportedVersion(version)
      return undefined
    } catch (error) {
      return error
    }
  }
  expect(refused(oldestMajor * 10_000)).toBeUndefined()
  const error = refused(130_021)
  expect(error).toBeInstanceOf(DriftpinError)
  expect(error).toMatchObject({ code: 'server_unsupported' })
  expect((error as Error).message).toContain('PostgreSQL 13.21')
  expect((error as Error).message).toContain('PostgreSQL 14 and newer')
  expect(exitCodeOf(error)).toBe(exitCodes.wrongUse)
})

describe('a user who may not do it', () => {
  const name = `powerless_${process.pid}`
  let admin: pg.Client
  const place = () => {
    const own = Object.assign(new URL(url), { username: name, password })
    return ['--database', own.href, '--schema', 'not allowed']
  }
  beforeAll(async () => {
    admin = new pg.Client({ connectionString: url })
    await admin.connect()
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD '${password}'`)
  })
  afterAll(async () => {
    await admin.query('DROP SCHEMA "not allowed" CASCADE')
    await admin.query(`DROP ROLE ${name}`)
    await admin.end()
  })

  test('create a schema, or read one, is told so in one line', async () => {
    const create = await refusalOf(migrateCommand(), ['up', ...place()])
    expectOneLine(create, 'create')
    expect(create.message).toContain('42501')
    expect(create.message).toContain('driftpin grants')
    const pool = new pg.Pool({ connectionString: url, max: 2 })
    await createMigrator(fromPg(pool, { schema: 'not allowed' })).up()
    await pool.end()
    expectOneLine(await refusalOf(migrateCommand(), ['status', ...place()]), 'read')
  })
})

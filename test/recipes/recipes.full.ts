import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { archive, createChat, getChatContext } from '../../src/index.js'
import { serverMajors } from '../support/real-server.js'
import { openRecipeGround, type RecipeGround } from './recipe-ground.js'

const writing = ['with-pg', 'with-kysely', 'with-drizzle', 'with-postgres-js']

describe.each(serverMajors)('the recipes on PostgreSQL %i', (major) => {
  let ground: RecipeGround
  beforeAll(async () => {
    ground = await openRecipeGround(major)
  })
  afterAll(() => ground[Symbol.asyncDispose]())

  const ticketsOf = async (chatId: string) => {
    const text = 'SELECT title FROM tickets WHERE chat_id = $1'
    return (await ground.database.query(text, [chatId])).rows
  }

  test('of a deployment migrates, and says what it applied', () => {
    expect(ground.deployed).toContain('applied 000001_create_workspaces.up.sql')
  })

  test('that write open a ticket together with its chat', async () => {
    const ended = await Promise.all(writing.map((recipe) => ground.run(recipe)))
    for (const [index, { stdout }] of ended.entries()) {
      const recipe = writing[index]
      const { chatId } = JSON.parse(stdout)
      expect(await ticketsOf(chatId), recipe).toHaveLength(1)
      const context = await getChatContext(ground.database, { chatId })
      expect(context, recipe).toMatchObject({ hydrated: true, dirty: false })
    }
  })

  test('that write leave neither where the operation is refused', async () => {
    const count = async () => (await ground.database.query('SELECT FROM tickets')).rows.length
    const before = await count()
    const ended = await Promise.all(writing.map((recipe) => ground.run(recipe, 'no agent')))
    expect(ended.map(({ code }) => code)).toEqual(writing.map(() => 1))
    expect(await count()).toBe(before)
  })

  test('through PgBouncer hears of a chat on the direct connection', async () => {
    const { chatId, heard } = JSON.parse((await ground.run('with-pooler')).stdout)
    expect(heard).toMatchObject({ event: 'created', chatId, ownerId: ground.ownerId })
  })

  test('of the retention job purges what is past retention, and nothing else', async () => {
    const { ownerId, database } = ground
    const chats = []
    for (let n = 0; n < 3; n += 1) chats.push((await createChat(database, { ownerId })).chat.id)
    const [old, recent] = chats as [string, string, string]
    await archive(database, { chatId: old, now: '2020-01-01T00:00:00Z' })
    await archive(database, { chatId: recent })
    const jobs = await Promise.all([1, 2].map(() => ground.run('retention-job', '--once')))
    expect(jobs.map(({ code }) => code)).toEqual([0, 0])
    const purged = jobs.map(({ stdout }) => JSON.parse(stdout).purged)
    expect(purged.toSorted()).toEqual([0, 1])
    const left = `SELECT id FROM chat.chats WHERE id = ANY ($1) ORDER BY id`
    const { rows } = await database.query<{ id: string }>(left, [chats])
    expect(rows.map(({ id }) => id)).toEqual(chats.slice(1).toSorted())
  })

  test('that go on end on SIGTERM, and metrics are served until then', async () => {
    const [job, metrics] = [ground.start('retention-job'), ground.start('metrics')]
    const lineOf = async ({ stdout }: typeof job) => String((await once(stdout!, 'data'))[0])
    const [line, address] = await Promise.all([lineOf(job), lineOf(metrics)])
    expect(JSON.parse(line)).toMatchObject({ busy: false })
    const response = await fetch(`http://127.0.0.1:${JSON.parse(address).port}/metrics`)
    const text = await response.text()
    expect(text).toMatch(/^driftpin_bytes\{table="chats"\} \d+$/m)
    expect(text).toMatch(/^driftpin_chats_dirty 0$/m)
    for (const child of [job, metrics]) {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      expect((await ended)[0]).toBe(0)
    }
  })
})

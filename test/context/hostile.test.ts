import { beforeAll, describe, expect, test } from 'vitest'
import { digestRows } from '../../src/catalog/index.js'
import {
  addMessages,
  createChat,
  type Database,
  diff,
  getPin,
  listChats,
  listPins,
  prompt,
  push,
} from '../../src/index.js'
import { engineNames, recording, useEngine } from '../support/engines.js'
import { hostileValues } from './hostile-values.js'
import { makeAgent } from './make-agent.js'
import { makeFile } from './make-resources.js'
import { goodCalls, makeWorld } from './make-world.js'
import { call, type OperationName } from './operations.js'
import { readRows } from './read-rows.js'
import { refusal } from './refusal.js'

/** Parameters that `null` is a good value for. */
const nullable = (name: OperationName, key: string, value: unknown) =>
  value === null && key === 'agentId' && (name === 'bind' || name === 'rebindWorkspace')

// Nothing is sent for these, so that one engine is as good as another.
describe('input that is refused', () => {
  const engine = useEngine('PGlite')
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  test('every value that is wrong for a parameter is refused before anything is sent', async () => {
    const world = await makeWorld(database)
    const before = await digestRows(database)
    const texts: string[] = []
    const recorded = recording(database, texts)
    for (const [name, good] of goodCalls(world)) {
      const keys = name === 'listChats' ? [...Object.keys(good), 'cursor'] : Object.keys(good)
      for (const key of keys) {
        const values = hostileValues[key]
        if (!values) throw new Error(`${key} of ${name} has no hostile values.`)
        for (const value of values) {
          if (nullable(name, key, value)) continue
          const error = await refusal(
            call(name, recorded, { ...good, [key]: value }),
            'invalid_input',
          ).catch((cause: Error) => {
            throw new Error(`${name} ${key} ${String(typeof value)}: ${cause.message}`, { cause })
          })
          expect(error.message).toContain(`${name}: `)
          expect(error.message).toContain(key)
          expect(error.message.length).toBeLessThan(2000)
        }
      }
    }
    expect(texts).toStrictEqual([])
    expect(await digestRows(database)).toStrictEqual(before)
  })

  test('unknown parameters, missing ones, and what is no object are refused', async () => {
    const world = await makeWorld(database)
    const before = await digestRows(database)
    const texts: string[] = []
    const recorded = recording(database, texts)
    for (const [name, good] of goodCalls(world)) {
      const hidden = JSON.parse('{"__proto__": {"x": 1}}')
      const calls = [{ ...good, owner: 1 }, Object.assign(hidden, good)]
      for (const params of calls) await refusal(call(name, recorded, params), 'invalid_input')
      for (const params of [null, 1, 'x', [], () => good, Symbol('x')]) {
        await refusal(call(name, recorded, params), 'invalid_input')
      }
      if (name !== 'purgeExpired') await refusal(call(name, recorded, {}), 'invalid_input')
    }
    expect(texts).toStrictEqual([])
    expect(await digestRows(database)).toStrictEqual(before)
  })
})

describe.each(engineNames)('hostile input on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  test('SQL, paths and markup in every field are kept as they are', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const nasty = [
      "'; DROP TABLE chats; --",
      '"; DELETE FROM chats WHERE "x" = "',
      '$1 $$ \\ \\\\ %s ? :name {} {"a"} NULL null',
      '../../../etc/passwd',
      '\u0001\u0007\u001b[31m\u007f\u0085\u2028\u{1f600}\u{10ffff}\ufffe',
      `\n\r\t "quoted" 'single' \`back\` , , }{ ][`,
    ]
    const resources = nasty.map((text) => ({
      ...makeFile(text),
      error: text,
      sourcePath: text,
      body: { [text]: text, content: btoa('x'), deep: [{ [text]: [text] }], __proto__x: text },
    }))
    await push(database, { agentId, version: 1, resources, snapshotError: nasty.join('') })
    for (const title of nasty) {
      const { chat } = await createChat(database, { ownerId, agentId, title })
      const chatId = chat.id
      const pins = await listPins(database, { chatId, bodies: true })
      expect(pins.map(({ source }) => source).toSorted()).toStrictEqual(nasty.toSorted())
      for (const { source, body, error, sourcePath } of pins) {
        const sent = resources.find((one) => one.source === source)!
        expect({ body, error, sourcePath }).toStrictEqual({
          body: sent.body,
          error: source,
          sourcePath: source,
        })
        expect((await getPin(database, { chatId, source }))!.body).toStrictEqual(sent.body)
      }
      const content = { [title]: nasty }
      await addMessages(database, { chatId, messages: [{ role: 'user', content }] })
      const [message] = await readRows(database, 'chat_messages', 'chat_id', chatId)
      expect(message!.content).toStrictEqual(content)
      expect((await diff(database, { chatId })).modified).toStrictEqual([])
      expect((await prompt(database, { chatId })).skipped).toStrictEqual([])
    }
    const { chats } = await listChats(database, { ownerId })
    expect(chats.map(({ title }) => title).toSorted()).toStrictEqual(nasty.toSorted())
  })

  test('a body that has a key named __proto__ comes back with it', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const body = JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}')
    await push(database, { agentId, version: 1, resources: [makeFile('/x', 'x', { body })] })
    const { chat } = await createChat(database, { ownerId, agentId })
    const pin = await getPin(database, { chatId: chat.id, source: '/x' })
    expect(JSON.stringify(pin!.body)).toBe('{"__proto__":{"polluted":true},"constructor":1}')
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('numbers of a body come back as they were', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const numbers = [0, -1.5, 1e308, 5e-324, Number.MAX_SAFE_INTEGER, 0.1, 1 / 3, 1e21, -1e-7]
    const resources = [makeFile('/x', 'x', { body: { numbers } })]
    await push(database, { agentId, version: 1, resources })
    const { chat } = await createChat(database, { ownerId, agentId })
    const pin = await getPin(database, { chatId: chat.id, source: '/x' })
    expect(pin!.body).toStrictEqual({ numbers })
  })
})

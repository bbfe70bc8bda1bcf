import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  bind,
  createChat,
  type Database,
  diff,
  type JsonValue,
  listPins,
  listTools,
  push,
  type ResourceInput,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makeAgent } from './make-agent.js'
import { makePinned } from './make-pinned.js'
import { makeFile, makeSkill } from './make-resources.js'
import { refusal } from './refusal.js'

const schema = { type: 'object', properties: { at: { type: 'string' } } }

/** An MCP server with a body of any shape. */
const server = (source: string, body: ResourceInput['body'], changes = {}) =>
  makeFile(source, JSON.stringify(body), { kind: 'mcp_server', body, ...changes })

/** A server with tools of these names. */
const serverOf = (source: string, server_name: string, ...names: string[]) =>
  server(source, { server_name, tools: names.map((name) => ({ name })) })

describe.each(engineNames)('the tools of a chat on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  const namesOf = async (chatId: string) => {
    const { tools, skipped } = await listTools(database, { chatId })
    return { tools: tools.map(({ name }) => name), skipped }
  }

  test('are listed by the source of their server and in its order', async () => {
    const { chatId, ownerId } = await makePinned(database, [
      serverOf('mcp:b', 'b', 'z', 'a'),
      server('mcp:a', {
        server_name: 'a',
        tools: [{ name: 'high', description: 'High water.', input_schema: schema }],
      }),
      ...[serverOf('mcp:B', 'B', 'x'), makeSkill('tides'), makeFile('/AGENTS.md')],
    ])
    const found = await listTools(database, { chatId })
    const [first] = (await listTools(database, { chatId, ownerId })).tools
    expect(found.tools.map(({ name }) => name)).toStrictEqual(['B__x', 'a__high', 'b__z', 'b__a'])
    expect(found.tools.slice(0, 2)).toStrictEqual([
      {
        ...{ name: 'B__x', source: 'mcp:B', serverName: 'B', toolName: 'x', description: '' },
        inputSchema: {},
      },
      {
        ...{ name: 'a__high', source: 'mcp:a', serverName: 'a', toolName: 'high' },
        ...{ description: 'High water.', inputSchema: schema },
      },
    ])
    expect(first).toStrictEqual(found.tools[0])
    expect(found.skipped).toStrictEqual([])
    expect(JSON.parse(JSON.stringify(found))).toStrictEqual(found)
    expect(structuredClone(found)).toStrictEqual(found)
    await refusal(listTools(database, { chatId, ownerId: randomUUID() }), 'chat_not_found')
    await refusal(listTools(database, { chatId: randomUUID() }), 'chat_not_found')
  })

  test('are those of its pins, and live where it follows them', async () => {
    const { chatId, agentId, ownerId } = await makePinned(database, [serverOf('mcp:a', 'a', 'x')])
    const { chat } = await createChat(database, { ownerId, agentId })
    const without = await createChat(database, { ownerId })
    await makePinned(database, [serverOf('mcp:other', 'other', 'x')])
    await push(database, { agentId, version: 2, resources: [serverOf('mcp:a', 'a', 'y')] })
    expect((await namesOf(chatId)).tools).toStrictEqual(['a__x'])
    expect((await namesOf(chat.id)).tools).toStrictEqual(['a__y'])
    await bind(database, { chatId, agentId: null })
    expect((await namesOf(chatId)).tools).toStrictEqual(['a__x'])
    expect(await namesOf(without.chat.id)).toStrictEqual({ tools: [], skipped: [] })
  })

  test('of two with one name are the first, and the other one is reported', async () => {
    const { chatId } = await makePinned(database, [
      serverOf('mcp:1', 'a', 'b__c', 'x', 'x'),
      ...[serverOf('mcp:2', 'a__b', 'c', 'd'), serverOf('mcp:3', 'a', 'x', 'y')],
      serverOf('mcp:4', 'constructor', '__proto__'),
    ])
    const { tools, skipped } = await namesOf(chatId)
    expect(tools).toStrictEqual([
      ...['a__b__c', 'a__x', 'a__b__d', 'a__y', 'constructor____proto__'],
    ])
    const reason = 'a tool of mcp:1 has the same name'
    expect(skipped).toStrictEqual([
      { source: 'mcp:1', name: 'a__x', reason },
      { source: 'mcp:2', name: 'a__b__c', reason },
      { source: 'mcp:3', name: 'a__x', reason },
    ])
  })

  test('of a server that is not ok or has no name are none, and it is reported', async () => {
    const tools = [{ name: 'x' }]
    const { chatId } = await makePinned(database, [
      server('mcp:1', { server_name: 'a', tools }, { status: 'unreadable', error: 'gone' }),
      server('mcp:2', { server_name: '', tools }),
      server('mcp:3', { server_name: 5, tools }),
      server('mcp:4', {}),
      server('mcp:5', { server_name: 'e' }),
    ])
    const nameless = { name: null, reason: 'its server has no name' }
    expect(await listTools(database, { chatId })).toStrictEqual({
      tools: [],
      skipped: [
        { source: 'mcp:1', name: null, reason: 'its status is unreadable' },
        ...['mcp:2', 'mcp:3', 'mcp:4'].map((source) => ({ source, ...nameless })),
      ],
    })
    const shown = (await listPins(database, { chatId })).map(({ server }) => server)
    const named = (name: string, tools: object[]) => ({ name, description: '', tools })
    expect(shown).toStrictEqual([
      ...[named('a', [{ name: 'x', description: '' }]), undefined, undefined, undefined],
      named('e', []),
    ])
  })

  test('that are malformed are reported, and the others are listed', async () => {
    const malformed: JsonValue[] = [
      null,
      1,
      'x',
      [],
      [{ name: 'x' }],
      {},
      { name: 7 },
      { name: '' },
    ]
    const wrongSchemas = [null, [], 'x', 1].map((input_schema, n) => ({
      name: `s${n}`,
      input_schema,
    }))
    const odd = { name: 'odd "\n', description: [1], more: true }
    const tools = [...malformed, odd, ...wrongSchemas, { name: 's0', description: 'right' }]
    const lists: JsonValue[] = [{}, 'x', 1, null, { length: 1, 0: { name: 'x' } }]
    const { chatId } = await makePinned(database, [
      server('mcp:0', { server_name: 'a', description: 'Tides.', tools }),
      ...lists.map((list, n) => server(`mcp:${n + 1}`, { server_name: `${n}`, tools: list })),
    ])
    const { tools: found, skipped } = await listTools(database, { chatId })
    const listed = found.map(({ name, description }) => ({ name, description }))
    expect(listed).toStrictEqual([
      { name: 'a__odd "\n', description: '' },
      { name: 'a__s0', description: 'right' },
    ])
    const source = 'mcp:0'
    const expected = malformed.map((_, n) => {
      const what = n < 5 ? 'is not an object' : 'has no name'
      return { source, name: null, reason: `tools[${n}] ${what}` }
    })
    const schemas = wrongSchemas.map(({ name }, n) => {
      const reason = `the input schema of tools[${9 + n}] is not an object`
      return { source, name: `a__${name}`, reason }
    })
    const noLists = lists.map((_, n) => {
      return { source: `mcp:${n + 1}`, name: null, reason: 'its tools are not a list' }
    })
    expect(skipped).toStrictEqual([...expected, ...schemas, ...noLists])
    const [first, ...others] = await listPins(database, { chatId })
    expect(first!.server).toStrictEqual({
      name: 'a',
      description: 'Tides.',
      tools: [
        { name: 'odd "\n', description: '' },
        ...wrongSchemas.map(({ name }) => ({ name, description: '' })),
        { name: 's0', description: 'right' },
      ],
    })
    expect(others.map((pin) => pin.server?.tools)).toStrictEqual(lists.map(() => []))
  })

  test('are compared by a diff, whatever moved in the list', async () => {
    const tool = (name: string, more = {}) => ({ name, description: name, ...more })
    const made = (...tools: JsonValue[]) => server('mcp:a', { server_name: 'a', tools })
    const { chatId, agentId } = await makePinned(database, [
      made(tool('gone'), tool('same', { input_schema: { a: 1, bb: 2 } }), tool('said'), tool('in')),
      server('mcp:b', { server_name: 'b', tools: [tool('x')] }),
      makeFile('mcp:c'),
    ])
    const live = [
      made(
        ...[null, tool('z'), tool('in', { input_schema: { type: 'object' } }), tool('B')],
        ...[{ name: 'said', description: 'else' }, tool('said'), tool('same', { x: 1 })],
        tool('same', { input_schema: { bb: 2, a: 1 } }),
      ),
      server('mcp:b', {}, { status: 'invalid', error: 'x' }),
      server('mcp:c', { server_name: 'c', tools: [tool('x')] }),
    ]
    await push(database, { agentId, version: 2, resources: live })
    const { modified } = await diff(database, { chatId })
    expect(modified.map(({ source, tools, hunks }) => [source, tools, hunks])).toStrictEqual([
      ['mcp:a', { added: ['B', 'z'], removed: ['gone'], modified: ['in', 'said', 'same'] }, null],
      ['mcp:b', { added: [], removed: ['x'], modified: [] }, null],
      ['mcp:c', null, null],
    ])
  })

  test('that say the same in another order of keys are not different', async () => {
    const made = (input_schema: JsonValue, server_name: string) =>
      server('mcp:a', { server_name, tools: [{ name: 'x', input_schema }] })
    const { chatId, agentId } = await makePinned(database, [made({ a: 1.0, bb: [{}] }, 'a')])
    await push(database, { agentId, version: 2, resources: [made({ bb: [{}], a: 1 }, 'b')] })
    const { modified } = await diff(database, { chatId })
    expect(modified.map(({ tools }) => tools)).toStrictEqual([
      { added: [], removed: [], modified: [] },
    ])
  })

  test('of an agent that is still starting are not listed yet', async () => {
    const { agentId, ownerId } = await makeAgent(database)
    const { chat } = await createChat(database, { ownerId, agentId })
    const resources = [serverOf('mcp:a', 'a', 'x')]
    await push(database, { agentId, version: 1, ready: false, resources })
    expect(await namesOf(chat.id)).toStrictEqual({ tools: [], skipped: [] })
  })
})

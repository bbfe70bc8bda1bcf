import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Database,
  getPin,
  getSkill,
  listPins,
  push,
  type ResourceInput,
  refresh,
  unpin,
} from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { makePinned } from './make-pinned.js'
import { makeFile, makeSkill } from './make-resources.js'
import { refusal } from './refusal.js'

/** A skill in a directory of its own, whatever its name. */
const skillAt = (source: string, body: ResourceInput['body'], changes = {}) =>
  makeFile(source, 'text', { kind: 'skill', body, ...changes })

describe.each(engineNames)('a skill on %s', (engineName) => {
  const engine = useEngine(engineName)
  let database: Database
  beforeAll(async () => {
    database = await engine.install()
  })

  test('is found by its name, with the text of its SKILL.md', async () => {
    const { chatId, ownerId } = await makePinned(database, [
      ...[makeSkill('tides'), makeSkill('waves'), makeFile('/tides')],
      skillAt('/config', { name: 'tides' }, { kind: 'mcp_config' }),
    ])
    const tides = {
      source: '/shop/skills/tides/SKILL.md',
      name: 'tides',
      description: 'Does tides.',
      text: '---\nname: tides\n---\n',
    }
    expect(await getSkill(database, { chatId, name: 'tides' })).toStrictEqual(tides)
    expect(await getSkill(database, { chatId, ownerId, name: 'tides' })).toStrictEqual(tides)
    expect(JSON.parse(JSON.stringify(tides))).toStrictEqual(tides)
    for (const name of ['Tides', 'tide', 'tides ', '', '"tides"', '/tides']) {
      expect(await getSkill(database, { chatId, name })).toBeNull()
    }
    const stranger = { chatId, ownerId: randomUUID(), name: 'tides' }
    await refusal(getSkill(database, stranger), 'chat_not_found')
    await refusal(getSkill(database, { chatId: randomUUID(), name: 'tides' }), 'chat_not_found')
  })

  test('of another chat, and of the agent alone, is not found', async () => {
    await makePinned(database, [makeSkill('waves')])
    const { chatId, agentId } = await makePinned(database, [makeSkill('tides')])
    await push(database, { agentId, version: 2, resources: [makeSkill('currents')] })
    for (const name of ['waves', 'currents']) {
      expect(await getSkill(database, { chatId, name })).toBeNull()
    }
    expect(await getSkill(database, { chatId, name: 'tides' })).toMatchObject({ name: 'tides' })
    await unpin(database, { chatId })
    expect(await getSkill(database, { chatId, name: 'tides' })).toBeNull()
  })

  test.each(['oversize', 'unreadable', 'invalid', 'excluded'] as const)(
    'that is %s is shown in a list and is not found',
    async (status) => {
      const body = { name: 'tides', description: 'Too large.' }
      const { chatId } = await makePinned(database, [skillAt('/t', body, { status, error: 'x' })])
      expect(await getSkill(database, { chatId, name: 'tides' })).toBeNull()
      expect(await listPins(database, { chatId })).toMatchObject([{ status, skill: body }])
    },
  )

  test('is the first by source where a chat has pinned two of one name', async () => {
    const [first, second] = ['/B', '/a'].map((source) =>
      skillAt(source, { name: 'tides', meta: btoa(source) }),
    )
    const { chatId, agentId } = await makePinned(database, [second!])
    await push(database, { agentId, version: 2, resources: [first!] })
    await refresh(database, { chatId, only: { sources: ['/B'] } })
    expect(await listPins(database, { chatId })).toHaveLength(2)
    expect(await getSkill(database, { chatId, name: 'tides' })).toStrictEqual({
      ...{ source: '/B', name: 'tides', description: '', text: '/B' },
    })
  })

  test('with a body of any shape is read as far as it has one', async () => {
    const nasty = 'a"b\\c\n\u{1f600} {}'
    const { chatId } = await makePinned(database, [
      skillAt('/1', { name: nasty, description: 7, meta: '/w==' }),
      skillAt('/2', { name: 1 }),
      skillAt('/3', { name: '' }),
      skillAt('/4', { description: 'Nameless.' }),
      skillAt('/5', { name: ['x'], description: 'x' }),
      skillAt('/6', { name: 'x', description: '', meta: '' }),
      skillAt('/7', {}),
    ])
    const pins = await listPins(database, { chatId })
    expect(pins.map(({ skill }) => skill)).toStrictEqual([
      { name: nasty, description: '' },
      ...[undefined, undefined, undefined, undefined],
      { name: 'x', description: '' },
      undefined,
    ])
    expect(pins.map((pin) => 'skill' in pin && 'server' in pin)).not.toContain(true)
    const skill = await getSkill(database, { chatId, name: nasty })
    expect(skill).toStrictEqual({ source: '/1', name: nasty, description: '', text: null })
    for (const name of ['1', '["x"]', 'null']) {
      expect(await getSkill(database, { chatId, name })).toBeNull()
    }
    expect(await getSkill(database, { chatId, name: 'x' })).toMatchObject({ text: '' })
    expect(await getPin(database, { chatId, source: '/6' })).toMatchObject({
      skill: { name: 'x', description: '' },
    })
  })
})

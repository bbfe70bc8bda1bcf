import { randomUUID } from 'node:crypto'
import { makeFile } from './make-resources.js'

const sql = "'; DROP TABLE chats; --"
const time = '2026-01-01T00:00:00Z'
const huge = 'a'.repeat(1024 * 1024)
const things = [0, 1n, Number.NaN, {}, [], null, true, Symbol('x'), () => 'x', new Map()]
const unstorable = ['\0', 'a\0b', '\ud800', 'x\udc00', '\udfff\ud800']
const without = (...kept: unknown[]) => things.filter((thing) => !kept.includes(thing))

const id = randomUUID()
const ids = ['', 'x', sql, '../../etc/passwd', `${id}\0`, `${id} `, `{${id}}`, huge, [id]]
const anId = [...ids, ...unstorable, ...things, new Date()]
const aTime = [
  ...['', 'now', 'today', 'infinity', '-infinity', sql, huge, '2026-01-01', '1767225600'],
  ...['2026-01-01T00:00:00', '2026-02-30T00:00:00Z', '2026-01-01T24:00:01Z'],
  ...['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+15:00', '9999-12-31T23:59:59-01:00'],
  ...['2026-01-01T00:00:00+16:00', '2026-01-01T00:00:00.1234567Z', '+010000-01-01T00:00:00Z'],
  ...[new Date(Number.NaN), new Date(8.64e15), new Date(-8.64e15), new Date(-62135596800001)],
  ...unstorable,
  ...things,
]
const aFlag = [...without(true), 'true', '', 1, sql]
const aCount = [...without(), 0, -1, 1.5, Number.POSITIVE_INFINITY, 2 ** 53, 10 ** 9, '1', sql]
const anInt64 = [
  ...[-1, 1.5, Number.POSITIVE_INFINITY, 2 ** 53, -1n, 2n ** 63n, '1', sql, new Date()],
  ...without(0, 1n),
]
const aText = [...unstorable, huge, ...things]
const aHash = [new Uint8Array(), new Uint8Array(65), 'abc', [1, 2], new ArrayBuffer(3), ...things]
const aWord = ['', 'nope', 'OK', sql, huge, ...unstorable, ...things]

const cyclic: Record<string, unknown> = {}
cyclic.self = cyclic
const manyFold = (): unknown => {
  let value: unknown = 'x'
  for (let depth = 0; depth < 60; depth++) value = [value, value]
  return value
}
const getter = () => {
  let reads = 0
  return {
    get trap() {
      reads += 1
      return reads > 1 ? '\0' : 'good'
    },
  }
}
class Odd {
  field = 'x'
}
class OddArray extends Array {
  toJSON() {
    return '\0'
  }
}

/** What is no JSON value that could be kept as it is, wherever in a body it stands. */
const noJson: readonly unknown[] = [
  ...unstorable,
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1n, 2n ** 100n],
  ...[Symbol('x'), () => 'x', new Date(), new Map(), new Set(), /x/, new Uint8Array(3), new Odd()],
  ...[Object(1n), Object('x'), Promise.resolve(), new Error('x'), new URL('https://x.y')],
  ...[{ toJSON: () => 'x' }, OddArray.of(1), cyclic, [cyclic], getter(), manyFold()],
  ...[{ '\0': 1 }, { 'a\ud800': 1 }, new Array(3), new Array(2 ** 32 - 1), [undefined]],
  { key: undefined },
]

const inBody = noJson.map((value) => ({ content: value }))
const bodies = [...inBody, ...noJson.filter((value) => typeof value !== 'object'), [], null, 'x']
const resourceWith = (changes: object) => [makeFile('/good'), { ...makeFile('/bad'), ...changes }]
const inResource = (field: string, values: readonly unknown[]) =>
  values.map((value) => resourceWith({ [field]: value }))

const someResources = [
  ...[null, {}, 'x', 1, new Set(), { length: 1 }, [null], [1], ['x'], [[]], [{}], new Array(2)],
  ...[resourceWith({ extra: 1 }), [makeFile('/a'), makeFile('/a')]],
  ...inResource('source', ['', ...aText]),
  ...inResource('kind', [...aWord, 'plugin', 'hook', 'subagent', 'command']),
  ...inResource('body', bodies),
  ...inResource('contentHash', aHash),
  ...inResource('sizeBytes', anInt64),
  ...inResource('status', aWord),
  ...inResource('error', aText),
  ...inResource('sourcePath', aText),
]
const someMessages = [
  ...[null, {}, 'x', 1, [], [null], [1], [[]], [{}], [{ role: 'user', extra: 1 }], new Array(2)],
  ...aWord.map((role) => [{ role }]),
  ...noJson.map((content) => [{ role: 'user' }, { role: 'user', content: [content] }]),
]
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const aCursor = [
  ...['', 'x', '=', sql, huge, '2026-01-01', base64(null), base64({}), base64([]), base64(['x'])],
  ...[base64(['2026-01-01T00:00:00Z']), base64(['2026-01-01T00:00:00Z', 'x']), base64([0, id])],
  ...[base64(['0000-01-01T00:00:00Z', id]), base64(['infinity', id]), base64([sql, sql])],
  ...unstorable,
  ...things,
]

/** For each parameter of any operation, values that it must refuse. */
export const hostileValues: Readonly<Record<string, readonly unknown[]>> = {
  chatId: anId,
  ownerId: anId,
  agentId: anId,
  workspaceId: anId,
  buildId: anId,
  id: anId,
  chatIds: [...things, 'x', id, ...anId.map((one) => [one])].filter(
    (value) => !Array.isArray(value) || value.length > 0,
  ),
  now: aTime,
  before: aTime,
  notify: aFlag,
  permanently: aFlag,
  archived: aFlag,
  bodies: aFlag,
  refresh: aFlag,
  initial: aFlag,
  ready: aFlag,
  limit: aCount,
  buildNumber: aCount.filter((value) => value !== 10 ** 9),
  retentionDays: aCount.filter((value) => value !== 0),
  version: anInt64,
  title: aText,
  name: aText,
  operatingSystem: aText,
  directory: aText,
  source: aText,
  snapshotError: aText,
  status: aWord,
  cursor: aCursor,
  run: [
    ...things,
    ...[{}, { id }, { startedAt: time }, { id, startedAt: time, extra: 1 }],
    ...anId.map((one) => ({ id: one, startedAt: time })),
    ...aTime.map((one) => ({ id, startedAt: one })),
  ],
  rootName: things,
  pinsOf: anId,
  only: [
    ...[null, {}, 'skill', 1, [], { extra: 1 }, { kinds: ['skill'], extra: 1 }],
    ...['plugin', 'Skill', ''].map((kind) => ({ kinds: ['skill', kind] })),
    ...aText.map((one) => ({ sources: ['/a', one] })),
    ...[null, {}, 'x', 1].map((one) => ({ sources: one })),
  ],
  follows: [
    ...[null, {}, 'skill', 1, new Set(['skill']), { length: 1 }, [null], [1], [['skill']]],
    ...['plugin', 'hook', 'subagent', 'command', 'Skill', ''].map((kind) => ['skill', kind]),
  ],
  messages: someMessages,
  resources: someResources,
}

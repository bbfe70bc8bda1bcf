import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exponentBytes } from '../../src/context/jsonb.js'
import {
  enums,
  type JsonValue,
  limits,
  pushableKinds,
  type ResourceInput,
} from '../../src/index.js'
import { capCases } from '../../src/laws/arbitraries/caps.js'
import {
  chat,
  message,
  push,
  pushAtCap,
  pushBeyondCap,
  resource,
  resources,
  source,
} from '../../src/laws/arbitraries/index.js'
import { jsonBytes, smallJsonBytesMax } from '../../src/laws/arbitraries/json.js'
import { runs } from './runs.js'

const { seed } = runs(1)
const samples = <T>(arbitrary: fc.Arbitrary<T>, numRuns = 500): T[] =>
  fc.sample(arbitrary, { seed, numRuns })

/** Every one of these descriptions fits at least one sample. */
function expectEach<T>(made: readonly T[], fits: Record<string, (one: T) => boolean>): void {
  const missing = Object.keys(fits).filter((name) => !made.some((one) => fits[name]!(one)))
  expect(missing).toStrictEqual([])
}

const countsOf = (names: readonly string[]) => {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

const depthOf = (value: JsonValue): number =>
  typeof value === 'object' && value !== null
    ? 1 + Math.max(0, ...Object.values(value).map(depthOf))
    : 0

/** What a property that always fails shrinks to. */
function shrunk(arbitrary: fc.Arbitrary<unknown>): unknown {
  const fails = fc.property<[unknown]>(arbitrary, () => false)
  return fc.check(fails, { seed }).counterexample![0]
}

describe('the arbitraries', () => {
  test('make sources of every nasty kind', () => {
    const made = samples(source(), 1000)
    const bytes = (one: string) => Buffer.byteLength(one)
    expectEach(made, {
      'at the cap': (one) => bytes(one) === limits.sourceBytesMax,
      'with dots': (one) => one.includes('/../'),
      'with an empty segment': (one) => one.includes('//'),
      'of a server': (one) => one.startsWith('mcp:'),
      'with a quote': (one) => one.includes("'"),
      'with a double quote': (one) => one.includes('"'),
      'with a backslash': (one) => one.includes('\\'),
      'with a percent sign': (one) => one.includes('%'),
      'with a line feed': (one) => one.includes('\n'),
      'from right to left': (one) => /[\u0590-\u07ff]/.test(one),
      astral: (one) => /[\ud800-\udbff]/.test(one),
      'with a combining mark': (one) => /\p{M}/u.test(one),
      'that has a twin but for case': (one) =>
        made.some((other) => other !== one && other.toLowerCase() === one.toLowerCase()),
      'that has a twin but for normalisation': (one) =>
        made.some((other) => other !== one && other.normalize() === one.normalize()),
    })
    expect(made.every((one) => one !== '' && bytes(one) <= limits.sourceBytesMax)).toBe(true)
  })

  test('make resources of every kind with every status, with and without each field', () => {
    const made = samples(resource(), 1000)
    const pairs = countsOf(made.map(({ kind, status }) => `${kind} ${status}`))
    expect(pairs.size).toBe(
      pushableKinds.length * enums.workspace_agent_context_resource_status.length,
    )
    const has = (name: string) => (one: ResourceInput) => Object.hasOwn(one, name)
    const lacks = (name: string) => (one: ResourceInput) => !Object.hasOwn(one, name)
    const inBody = (pattern: RegExp) => (one: ResourceInput) =>
      Object.values(one.body).some(
        (value) =>
          typeof value === 'string' && pattern.test(Buffer.from(value, 'base64').toString()),
      )
    expectEach(made, {
      'error there': has('error'),
      'error not there': lacks('error'),
      'path there': has('sourcePath'),
      'path not there': lacks('sourcePath'),
      'hash of one byte': ({ contentHash }) => contentHash.length === 2,
      'hash of sha256': ({ contentHash }) => contentHash.length === 64,
      'hash at the cap': ({ contentHash }) => contentHash.length === 2 * limits.hashBytesMax,
      'error at the cap': ({ error }) => Buffer.byteLength(error ?? '') === limits.errorBytesMax,
      'small size': ({ sizeBytes }) => sizeBytes > 0 && sizeBytes < 20,
      'largest size': ({ sizeBytes }) => sizeBytes === Number.MAX_SAFE_INTEGER,
      'deep body': ({ body }) => depthOf(body) > limits.bodyDepthMax - 10,
      'a comment in a body': inBody(/<!--/),
      'what is not seen in a body': inBody(/\u200b/),
      'bytes that are no UTF-8': inBody(/\ufffd/),
      'a number with an exponent': ({ body }) => exponentBytes(body) > 0,
      'empty body': ({ body, status }) => status === 'ok' && Object.keys(body).length === 0,
    })
    for (const { body, status, error } of made) {
      expect(jsonBytes(body)).toBeLessThan(smallJsonBytesMax)
      if (status === 'ok') expect(error ?? '').toBe('')
      else expect([body, error === '']).toStrictEqual([{}, false])
    }
  })

  test('make large bodies of strings only, and lists within the total', () => {
    const large = samples(resource({ large: true })).filter(
      ({ body }) => jsonBytes(body) >= smallJsonBytesMax,
    )
    expect([...countsOf(large.map(({ kind }) => kind)).keys()]).toHaveLength(3)
    for (const { body } of large) {
      expect(Object.values(body).every((value) => typeof value === 'string')).toBe(true)
      expect(jsonBytes(body)).toBeGreaterThan(limits.bodyBytesMax * 0.99)
    }
    const lists = samples(resources({ large: true, maxLength: 120 }), 10)
    const totals = lists.map((list) => list.reduce((sum, { body }) => sum + jsonBytes(body), 0))
    expect(Math.max(...totals)).toBeGreaterThan(limits.bodiesBytesMax * 0.5)
    expect(Math.max(...totals)).toBeLessThanOrEqual(limits.bodiesBytesMax)
    for (const list of lists) {
      expect(new Set(list.map(({ source }) => source)).size).toBe(list.length)
    }
  })

  test('make pushes with and without each field', () => {
    const made = samples(push())
    const optional = ['initial', 'ready', 'snapshotError', 'run'] as const
    for (const name of optional) {
      expect(countsOf(made.map((one) => String(Object.hasOwn(one, name)))).size).toBe(2)
    }
    expectEach(made, {
      initial: ({ initial }) => initial === true,
      'not ready': ({ ready }) => ready === false,
      empty: ({ resources }) => resources.length === 0,
      'with many': ({ resources }) => resources.length > 4,
      'with a large version': ({ version }) => version > 2 ** 32,
      'with a small version': ({ version }) => version < 10,
    })
  })

  test('make a push at and beyond every cap, heavy ones only when asked for', () => {
    const caps = (cases: typeof capCases) => cases.map(({ cap }) => cap).toSorted()
    const made = (list: readonly { cap: string }[]) =>
      [...countsOf(list.map(({ cap }) => cap)).keys()].toSorted()
    const hasAt = capCases.filter(({ at }) => at)
    const light = (cases: typeof capCases) => cases.filter(({ heavy }) => !heavy)
    expect(made(samples(pushAtCap(), 150))).toStrictEqual(caps(hasAt))
    expect(made(samples(pushBeyondCap(), 250))).toStrictEqual(caps(capCases))
    expect(made(samples(pushAtCap({ heavy: false }), 150))).toStrictEqual(caps(light(hasAt)))
    expect(made(samples(pushBeyondCap({ heavy: false }), 250))).toStrictEqual(caps(light(capCases)))
  })

  test('make messages of every role, with any content and without', () => {
    const made = samples(message())
    expect(countsOf(made.map(({ role }) => role)).size).toBe(enums.chat_message_role.length)
    expectEach(made, {
      'no content': (one) => !Object.hasOwn(one, 'content'),
      'JSON null': ({ content }) => content === null,
      text: ({ content }) => typeof content === 'string',
      list: ({ content }) => Array.isArray(content),
      object: ({ content }) => typeof content === 'object' && content !== null,
    })
  })

  test('shrink to what is plain', () => {
    expect(shrunk(source())).toBe('/AGENTS.md')
    expect(shrunk(push())).toStrictEqual({ version: 0, resources: [] })
    expect(shrunk(push({ large: true }))).toStrictEqual({ version: 0, resources: [] })
    expect(shrunk(message())).toStrictEqual({ role: enums.chat_message_role[0] })
    expect(shrunk(chat())).toMatchObject({ title: '', archived: false, rows: [0] })
    for (const options of [{}, { large: true }]) {
      expect(shrunk(resource(options))).toStrictEqual({
        source: '/AGENTS.md',
        kind: pushableKinds[0],
        body: {},
        contentHash: '00'.repeat(32),
        sizeBytes: 0,
        status: 'ok',
      })
    }
  })
})

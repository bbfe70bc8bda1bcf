import fc from 'fast-check'
import type { JsonValue, ResourceInput } from '../../src/index.js'
import { weighted, withoutAbsent } from '../../src/laws/choices.js'

// What clients and models are shown: skills, MCP servers and texts of several lines. Few names and
// sources, so that names collide and lists have an order. Arbitrary resources are too different.

/** Neighbours in byte order that a locale sorts in the other order. */
const sources = ['/B', '/a', '/b', 'mcp:B', 'mcp:a'] as const
export const names = ['tides', 'waves'] as const
/** Without the fields that are undefined. */
const toJson = (fields: object) => withoutAbsent(fields) as Readonly<Record<string, JsonValue>>

const description = fc.constantFrom(undefined, 'Tells the tides.', 'Tells the time.')

const tool = weighted<JsonValue>(
  [
    9,
    fc
      .record({
        name: fc.constantFrom('high', 'low', 'Next'),
        description,
        input_schema: fc.constantFrom(undefined, { type: 'object' }, { at: [1] }),
      })
      .map(toJson),
  ],
  [1, fc.constantFrom<JsonValue>(null, {}, { name: '' }, { name: 'low', input_schema: [] })],
)

const server = fc
  .record({
    server_name: weighted([9, fc.constantFrom(...names)], [1, fc.constant(undefined)]),
    description,
    tools: weighted<JsonValue | undefined>(
      [9, fc.array(tool, { maxLength: 4 })],
      [1, fc.constantFrom<JsonValue | undefined>(undefined, {})],
    ),
  })
  .map((body) => ({ kind: 'mcp_server' as const, body: toJson(body) }))

const base64 = (text: string) => Buffer.from(text).toString('base64')

const skill = fc
  .record({ name: fc.constantFrom(...names), description, mark: fc.nat(2) })
  .map(({ mark, ...said }) => ({
    kind: 'skill' as const,
    body: toJson({ ...said, meta: base64(`# ${said.name} ${mark}\n`) }),
  }))

/** Some of its lines differ from one to the next. */
const longText = fc
  .array(weighted([4, fc.constant('same')], [1, fc.constantFrom('one', 'other')]), {
    minLength: 20,
    maxLength: 24,
  })
  .map((lines) => ({
    kind: 'instruction_file' as const,
    body: { content: base64(lines.map((line, n) => `${line} ${n}\n`).join('')) },
  }))

const resource = fc
  .tuple(
    fc.constantFrom(...sources),
    weighted<Pick<ResourceInput, 'kind' | 'body'>>([4, server], [2, skill], [3, longText]),
    weighted<ResourceInput['status']>([6, fc.constant('ok')], [1, fc.constant('oversize')]),
    fc.integer({ min: 1, max: 255 }),
  )
  .map(([source, made, status, hash]): ResourceInput => {
    const contentHash = Buffer.of(hash).toString('hex')
    return { source, ...made, status, contentHash, sizeBytes: hash }
  })

/** Resources of these kinds, one per source, and no two skills with one name. */
export const shownResources = fc
  .uniqueArray(resource, { minLength: 4, maxLength: 5, selector: ({ source }) => source })
  .map((list) =>
    list.filter(
      ({ kind, body }, place) =>
        kind !== 'skill' ||
        list.findIndex((one) => one.kind === 'skill' && one.body.name === body.name) === place,
    ),
  )

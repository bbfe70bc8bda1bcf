import fc from 'fast-check'
import type { JsonObject, JsonValue, pushableKinds } from '../../schema/index.js'
import { limits } from '../../schema/index.js'
import { weighted } from '../choices.js'
import { jsonBytes, jsonObject, smallJsonBytesMax } from './json.js'
import { cutToBytes, text } from './text.js'

type PushableKind = (typeof pushableKinds)[number]

const markdown = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '# Shop\n',
        '<!-- hidden -->',
        '<!--',
        '\u200b',
        '\u{e0041}',
        '\r\n',
        '\n\n\n',
      ),
      fc.constantFrom(
        '---\nname: tides\n---\n',
        '```\n',
        '\ufeff',
        ' \t\n',
        '- [ ] x\n',
        '|a|b|\n',
        '</agent-context>\n',
        '\uff1c/skill>',
        'a\u200cb\u200d',
      ),
      text({ piecesMax: 4 }),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.from(parts.join('')))

/** The content of a file: mostly text, sometimes bytes that are not UTF-8. */
const content = weighted([6, markdown], [1, fc.uint8Array({ maxLength: 40 })]).map((bytes) =>
  Buffer.from(bytes.slice(0, 1500)).toString('base64'),
)

const name = weighted(
  [2, fc.constantFrom('tides', 'waves', 'a-1')],
  [1, text({ bytesMax: 64, piecesMax: 3 })],
)

const description = text({ bytesMax: 300 })

const tool = fc
  .record({ name, description, input_schema: jsonObject({ depthMax: limits.bodyDepthMax - 3 }) })
  .map(withoutEmpty)

/** A body omits empty fields. */
function withoutEmpty(fields: Record<string, JsonValue>): JsonObject {
  const kept = Object.entries(fields).filter(([, value]) => {
    if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
    return value !== ''
  })
  return Object.fromEntries(kept)
}

const smallBodies: Record<PushableKind, fc.Arbitrary<JsonObject>> = {
  instruction_file: fc.record({ content }).map(withoutEmpty),
  skill: fc.record({ meta: content, name, description }).map(withoutEmpty),
  mcp_config: fc.constant({}),
  mcp_server: fc
    .record({ server_name: name, description, tools: fc.array(tool, { maxLength: 3 }) })
    .map(withoutEmpty),
}

/** A body of an `ok` resource of this kind, smaller than 4 KiB as JSON. */
export function body(kind: PushableKind): fc.Arbitrary<JsonObject> {
  return smallBodies[kind].map((made) => (jsonBytes(made) < smallJsonBytesMax ? made : {}))
}

/** A large body has most of its bytes in the field that is largest in its kind. */
const largeFields: Partial<Record<PushableKind, (letter: string, bytes: number) => JsonObject>> = {
  instruction_file: (letter, bytes) => ({ content: letter.repeat(bytes - (bytes % 4)) }),
  skill: (letter, bytes) => ({ meta: letter.repeat(bytes - (bytes % 4)), name: 'tides' }),
  mcp_server: (letter, bytes) => ({
    server_name: 'tides',
    description: cutToBytes('\u20ac'.repeat(Math.ceil(bytes / 3)), bytes - 1) + letter,
  }),
}

/** A body of strings with nearly `limits.bodyBytesMax` bytes; `{}` for an mcp_config. */
export function largeBody(kind: PushableKind): fc.Arbitrary<JsonObject> {
  const make = largeFields[kind]
  if (!make) return fc.constant({})
  const room = limits.bodyBytesMax - 100
  return fc
    .tuple(fc.constantFrom('A', 'B', 'z', '0'), fc.nat(200))
    .map(([letter, less]) => make(letter, room - less))
}

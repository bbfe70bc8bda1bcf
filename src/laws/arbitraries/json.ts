import fc from 'fast-check'
import type { JsonObject, JsonValue } from '../../schema/index.js'
import { weighted } from '../choices.js'
import { text } from './text.js'

/** A small JSON value has fewer bytes than this, as PostgreSQL prints it. */
export const smallJsonBytesMax = 4096

/**
 * The bytes of a value as the limits count them: PostgreSQL prints a number with an exponent in
 * full. The count is independent of the code that enforces the limits.
 */
export function jsonBytes(value: JsonValue): number {
  let exponents = 0
  const text = JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === 'number') exponents += Math.abs(Number(String(part).split('e')[1] ?? 0))
    return part
  })
  return Buffer.byteLength(text) + exponents
}

const number = weighted(
  [4, fc.integer()],
  [2, fc.constantFrom(0, 1e21, 1e-7, 1.5e300, 5e-324, -1e100, 2 ** 53, 2 ** 63, 0.1, 1 / 3, -1)],
  [2, fc.double({ noNaN: true, noDefaultInfinity: true })],
)

const scalar = weighted<JsonValue>(
  [4, text()],
  // JSON has no negative zero: the database would return another value.
  [3, number.map((value) => (value === 0 ? 0 : value))],
  [1, fc.boolean()],
  [1, fc.constant(null)],
)

/** Wraps a value in alternating arrays and objects. */
function nest(value: JsonValue, levels: number): JsonValue {
  let nested = value
  for (let level = 0; level < levels; level++) nested = level % 2 ? { x: nested } : [nested]
  return nested
}

const key = weighted(
  [2, text({ piecesMax: 2 })],
  [1, fc.constantFrom('type', 'a', 'B', '\u00e9', 'e\u0301', '1', '10', '2')],
)

const tree = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    { weight: 3, arbitrary: scalar },
    { weight: 1, arbitrary: fc.array(tie('value'), { maxLength: 4 }) },
    { weight: 1, arbitrary: tie('object') },
  ),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}))

/**
 * JSON values that can be stored and read back equal, below {@link smallJsonBytesMax} bytes:
 * difficult texts and keys, numbers that JSON writes with an exponent, and some values that nest
 * `depthMax` deep (90 by default; a scalar has depth 0). Shrinks to the empty text.
 */
export function jsonValue({ depthMax = 90 } = {}): fc.Arbitrary<JsonValue> {
  const nested = fc
    .tuple(scalar, fc.oneof(fc.nat(depthMax), fc.constant(depthMax)))
    .map(([value, levels]) => nest(value, levels))
  return weighted([3, scalar], [6, tree.value], [1, nested]).map((value) =>
    jsonBytes(value) < smallJsonBytesMax ? value : '',
  )
}

/** Like {@link jsonValue}, but always an object. Shrinks to `{}`. */
export function jsonObject({ depthMax = 90 } = {}): fc.Arbitrary<JsonObject> {
  const wrapped = jsonValue({ depthMax: depthMax - 1 }).map((value): JsonObject => ({ value }))
  return weighted([3, tree.object], [1, wrapped]).map((object) =>
    jsonBytes(object) < smallJsonBytesMax ? object : {},
  )
}

import fc from 'fast-check'
import {
  enums,
  type JsonObject,
  type JsonValue,
  limits,
  pushableKinds,
  type ResourceInput,
} from '../../schema/index.js'
import { body } from './body.js'
import { jsonBytes } from './json.js'
import { type AnyPush, push, resource } from './push.js'
import { text, textOfBytes } from './text.js'

/**
 * A push exactly at a limit, or just beyond it.
 *
 * @example
 * ```ts
 * const nameOf = ({ cap }: CappedPush) => cap
 * console.log(new Set(fc.sample(pushAtCap(), 50).map(nameOf)))
 * ```
 */
export interface CappedPush {
  /** The key of the limit in `limits`, or the name of the rule. */
  readonly cap: string
  /** A push at the limit, or beyond it. */
  readonly push: AnyPush
}

/** A limit or a rule that every push must respect. */
export interface CapCase {
  readonly cap: string
  /** Whether its pushes have hundreds of kilobytes. */
  readonly heavy?: boolean
  /** Pushes exactly at the limit; undefined for a rule that forbids something altogether. */
  readonly at?: fc.Arbitrary<AnyPush>
  /** Pushes that exceed the limit by the smallest step, and are otherwise valid. */
  readonly beyond: fc.Arbitrary<AnyPush>
}

/** A push with one changed resource, whose source is unique in the push. */
function withResource(changes: fc.Arbitrary<object>): fc.Arbitrary<AnyPush> {
  return fc
    .tuple(push({ maxLength: 2 }), resource(), changes, fc.nat(2))
    .map(([base, one, change, place]) => {
      const changed = { ...one, ...change }
      const others = base.resources.filter(({ source }) => source !== changed.source)
      return { ...base, resources: others.toSpliced(place, 0, changed) }
    })
}

const field = (name: string, values: fc.Arbitrary<unknown>) =>
  values.map((value) => ({ [name]: value }))

const inResource = (name: string, values: fc.Arbitrary<unknown>) =>
  withResource(field(name, values))

/** A push with a value in one of its own fields. */
const inPush = (name: string, values: fc.Arbitrary<unknown>): fc.Arbitrary<AnyPush> =>
  fc.tuple(push({ maxLength: 2 }), values).map(([base, value]) => ({ ...base, [name]: value }))

/** Values whose size in bytes is easily miscounted. */
const counted: readonly { readonly extra: JsonValue; readonly bytes: number }[] = [
  { extra: 0, bytes: '0'.length },
  // JSON writes an exponent, and PostgreSQL writes the zeros.
  { extra: 1e300, bytes: '1e+300'.length + 300 },
  { extra: 1e-7, bytes: '1e-7'.length + 7 },
  { extra: '\u20ac\n', bytes: '"...\\n"'.length },
]

/** A body of exactly `length` bytes, as the limits count them. */
function bodyOfBytes(length: number): fc.Arbitrary<JsonObject> {
  return fc.constantFrom(...counted).map(({ extra, bytes }) => {
    const around = '{"content":"","extra":}'.length + bytes
    return { content: 'x'.repeat(length - around), extra }
  })
}

/** A body that nests `depth` deep; the body itself has depth 1. */
function bodyOfDepth(depth: number): fc.Arbitrary<JsonObject> {
  return fc.tuple(fc.boolean(), fc.nat(9)).map(([inArrays, inner]) => {
    let value: JsonValue = inner
    for (let level = 1; level < depth; level++) value = inArrays ? [value] : { inner: value }
    return { value }
  })
}

function manyResources(count: number): fc.Arbitrary<AnyPush> {
  return resource().map((one) => ({
    version: 0,
    resources: Array.from({ length: count }, (_, n) => ({
      ...one,
      ...(one.status === 'ok' && { body: {} }),
      source: `/${n}`,
    })),
  }))
}

/** Bodies of exactly `total` bytes together, each of them small enough. */
function bodiesOfBytes(total: number): fc.Arbitrary<AnyPush> {
  const most = limits.bodyBytesMax
  const count = Math.ceil(total / most) + 1
  const share = Math.floor(total / count)
  return fc.tuple(resource(), fc.nat(1000)).map(([one, moved]) => {
    const sizes = Array.from({ length: count }, () => share)
    sizes[0]! += total - share * count
    sizes[0]! -= moved
    sizes[1]! += moved
    const filled = sizes.map((size, n): ResourceInput => {
      const body = { content: 'x'.repeat(size - jsonBytes({ content: '' })) }
      return { ...one, status: 'ok', source: `/${n}`, body }
    })
    return { version: 0, resources: filled }
  })
}

const sourceOf = (length: number) =>
  withResource(
    fc.oneof(field('source', textOfBytes(length)), field('sourcePath', textOfBytes(length))),
  )

const errorOf = (length: number) =>
  fc.oneof(inResource('error', textOfBytes(length)), inPush('snapshotError', textOfBytes(length)))

const hashOf = (length: number) =>
  inResource(
    'contentHash',
    fc
      .uint8Array({ minLength: length, maxLength: length })
      .map((bytes) => Buffer.from(bytes).toString('hex')),
  )

/** A push with the given text in one of the places where a push has text. */
function withText(texts: fc.Arbitrary<string>): fc.Arbitrary<AnyPush> {
  const place = fc.constantFrom('source', 'sourcePath', 'error', 'body', 'key', 'snapshotError')
  return fc
    .tuple(push({ maxLength: 1 }), resource(), texts, place)
    .map(([base, one, bad, where]) => {
      if (where === 'snapshotError') return { ...base, snapshotError: bad }
      const inBody = where === 'body' ? { content: [bad] } : { [bad]: 1 }
      const change = where === 'body' || where === 'key' ? { body: inBody } : { [where]: bad }
      return { ...base, resources: [{ ...one, ...change }] }
    })
}

const around = (bad: string) =>
  fc.tuple(text({ piecesMax: 2 }), text({ piecesMax: 2 })).map(([a, b]) => `${a}${bad}${b}`)

const reserved = enums.workspace_agent_context_body_kind.filter(
  (kind) => !pushableKinds.some((one) => one === kind),
)

/** A limit of `limits`: its value is accepted, and one more is refused. */
const limitCase = (
  cap: keyof typeof limits,
  pushOf: (value: number) => fc.Arbitrary<AnyPush>,
  { heavy = false } = {},
): CapCase => ({ cap, heavy, at: pushOf(limits[cap]), beyond: pushOf(limits[cap] + 1) })

/** From 0 to the largest integer that JSON and `number` have exactly. */
const countCase = (
  cap: string,
  pushWith: (values: fc.Arbitrary<number>) => fc.Arbitrary<AnyPush>,
): CapCase => ({
  cap,
  at: pushWith(fc.constantFrom(0, Number.MAX_SAFE_INTEGER)),
  beyond: pushWith(fc.constantFrom(-1, 0.5, Number.MAX_SAFE_INTEGER + 1)),
})

/** Every limit and every rule of a push. */
export const capCases: readonly CapCase[] = [
  limitCase('resourcesMax', manyResources, { heavy: true }),
  limitCase('bodyBytesMax', (bytes) => inResource('body', bodyOfBytes(bytes)), { heavy: true }),
  limitCase('bodiesBytesMax', bodiesOfBytes, { heavy: true }),
  limitCase('bodyDepthMax', (depth) => inResource('body', bodyOfDepth(depth))),
  limitCase('sourceBytesMax', sourceOf),
  limitCase('errorBytesMax', errorOf),
  limitCase('hashBytesMax', hashOf),
  countCase('versionMax', (values) => inPush('version', values)),
  countCase('sizeBytesMax', (values) => inResource('sizeBytes', values)),
  { cap: 'emptySource', beyond: inResource('source', fc.constant('')) },
  {
    cap: 'duplicateSource',
    beyond: fc.tuple(push(), resource(), resource()).map(([base, one, other]) => ({
      ...base,
      resources: [one, ...base.resources, { ...other, source: one.source }],
    })),
  },
  {
    cap: 'duplicateSkill',
    beyond: fc.tuple(push(), resource(), body('skill')).map(([base, one, skill]) => ({
      ...base,
      resources: ['/one', '/other'].map((source) => ({
        ...{ ...one, source, kind: 'skill' as const, status: 'ok' as const, error: '' },
        body: { ...skill, name: 'tides' },
      })),
    })),
  },
  {
    cap: 'unknownKind',
    beyond: inResource('kind', fc.constantFrom('', 'Skill', 'skills', '__proto__')),
  },
  { cap: 'reservedKind', beyond: inResource('kind', fc.constantFrom(...reserved)) },
  {
    cap: 'unknownStatus',
    beyond: inResource('status', fc.constantFrom('', 'OK', 'missing', 'constructor')),
  },
  { cap: 'nul', beyond: withText(around('\0')) },
  {
    cap: 'loneSurrogate',
    beyond: withText(fc.constantFrom('\ud800', '\udc00', '\udbff').chain((half) => around(half))),
  },
  { cap: 'emptyHash', beyond: hashOf(0) },
]

/**
 * Options of {@link pushAtCap} and {@link pushBeyondCap}.
 *
 * @example
 * ```ts
 * const light: CapOptions = { heavy: false }
 * fc.assert(fc.property(pushAtCap(light), ({ push: report }) => report.resources.length <= 1000))
 * ```
 */
export interface CapOptions {
  /**
   * Whether to include pushes of hundreds of kilobytes: 1000 resources, a body of 256 KiB, bodies
   * of 4 MiB together. True by default.
   */
  readonly heavy?: boolean
}

/** Pushes at or beyond the limits, except heavy ones if those are not wanted. */
const cappedPush = (side: 'at' | 'beyond', { heavy = true }: CapOptions) =>
  fc.oneof(
    ...capCases.flatMap(({ cap, heavy: isHeavy, [side]: pushes }) =>
      pushes && (heavy || !isHeavy) ? [pushes.map((push) => ({ cap, push }))] : [],
    ),
  )

/**
 * Pushes that are accepted and are exactly at one limit. `cap` is the key in `limits`, or
 * `versionMax` or `sizeBytesMax`. Everything else in the push is small.
 *
 * @example
 * ```ts
 * import { push } from 'driftpin'
 *
 * fc.assert(
 *   fc.asyncProperty(pushAtCap(), async ({ push: report }) => {
 *     await push(database, { agentId, ...report, initial: true })
 *   }),
 * )
 * ```
 */
export function pushAtCap(options: CapOptions = {}): fc.Arbitrary<CappedPush> {
  return cappedPush('at', options)
}

/**
 * Pushes that are refused with `invalid_input` for exactly one reason: one byte, level or resource
 * more than a limit allows, which `cap` names by its key in `limits` or as `versionMax` or
 * `sizeBytesMax`; or `emptySource`, `duplicateSource`, `duplicateSkill`, `unknownKind`,
 * `reservedKind`, `unknownStatus`, `nul`, `loneSurrogate` or `emptyHash`.
 *
 * @example
 * ```ts
 * import { push } from 'driftpin'
 *
 * fc.assert(
 *   fc.asyncProperty(pushBeyondCap(), async ({ push: report }) => {
 *     await assert.rejects(push(database, { agentId, ...report }), { code: 'invalid_input' })
 *   }),
 * )
 * ```
 */
export function pushBeyondCap(options: CapOptions = {}): fc.Arbitrary<CappedPush> {
  return cappedPush('beyond', options)
}

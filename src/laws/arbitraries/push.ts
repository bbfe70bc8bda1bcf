import fc from 'fast-check'
import type { PushParams } from '../../context/index.js'
import {
  enums,
  type JsonObject,
  limits,
  pushableKinds,
  type ResourceInput,
  type ResourceStatus,
} from '../../schema/index.js'
import { weighted, withoutAbsent } from '../choices.js'
import { body, largeBody } from './body.js'
import { jsonBytes } from './json.js'
import { source, text, textOfBytes } from './text.js'

/**
 * Options of {@link resource}.
 *
 * @example
 * ```ts
 * const options: ResourceOptions = { large: true }
 * fc.sample(resource(options), 1)
 * ```
 */
export interface ResourceOptions {
  /** Whether some bodies have nearly the largest size that is allowed; false by default. */
  readonly large?: boolean
}

/** Many of these hashes are equal, so that an agent often returns to an earlier context. */
const contentHash = weighted(
  [3, fc.nat(3).map((byte) => new Uint8Array(32).fill(byte))],
  [5, fc.uint8Array({ minLength: 32, maxLength: 32 })],
  [1, fc.uint8Array({ minLength: 1, maxLength: 1 })],
  [1, fc.uint8Array({ minLength: limits.hashBytesMax, maxLength: limits.hashBytesMax })],
).map((bytes) => Buffer.from(bytes).toString('hex'))

const sizeBytes = weighted(
  [7, fc.nat(20)],
  [2, fc.nat(limits.bodyBytesMax)],
  [1, fc.maxSafeNat()],
  [1, fc.constant(Number.MAX_SAFE_INTEGER)],
)

const errorText = weighted(
  [8, text({ bytesMax: 80, piecesMax: 4 }).map((error) => error || 'broken')],
  [1, textOfBytes(limits.errorBytesMax)],
)

const sourcePath = weighted([2, fc.constant('')], [3, source()])

const status: fc.Arbitrary<ResourceStatus> = weighted(
  [5, fc.constant('ok' as const)],
  [3, fc.constantFrom(...enums.workspace_agent_context_resource_status)],
)

/**
 * Resources that a push accepts, of every kind that a push may carry and of every status. An `ok`
 * resource has a body of its kind; any other has the body `{}` and an error. Bodies are smaller
 * than 4 KiB as JSON; with `large: true`, some have nearly `limits.bodyBytesMax` bytes, all of them
 * in strings. Shrinks to an empty `/AGENTS.md` of size 0.
 *
 * @example
 * ```ts
 * const live = fc.uniqueArray(resource(), { selector: ({ source }) => source })
 * ```
 */
export function resource({ large = false }: ResourceOptions = {}): fc.Arbitrary<ResourceInput> {
  return fc.tuple(fc.constantFrom(...pushableKinds), status).chain(([kind, status]) => {
    const isOk = status === 'ok'
    const okBody = large ? weighted([5, body(kind)], [1, largeBody(kind)]) : body(kind)
    return fc.record(
      {
        source: source(),
        kind: fc.constant(kind),
        body: isOk ? okBody : fc.constant<JsonObject>({}),
        contentHash,
        sizeBytes,
        status: fc.constant(status),
        error: isOk ? fc.constant('') : errorText,
        sourcePath,
      },
      {
        requiredKeys: [
          ...(['source', 'kind', 'body', 'contentHash', 'sizeBytes', 'status'] as const),
          ...(isOk ? [] : (['error'] as const)),
        ],
      },
    ) as fc.Arbitrary<ResourceInput>
  })
}

/**
 * Options of {@link resources} and `push`.
 *
 * @example
 * ```ts
 * const options: ResourcesOptions = { maxLength: 5 }
 * fc.sample(resources(options), 1)
 * ```
 */
export interface ResourcesOptions extends ResourceOptions {
  /** The most resources in one list, at most `limits.resourcesMax`; 6 by default. */
  readonly maxLength?: number
}

/**
 * Lists of resources that a push accepts: each source and each name of an `ok` skill occurs once,
 * and all bodies together stay within `limits.bodiesBytesMax`. Shrinks to the empty list.
 *
 * @example
 * ```ts
 * import { push } from 'driftpin'
 *
 * fc.assert(
 *   fc.asyncProperty(resources({ maxLength: 20 }), async (list) => {
 *     await push(database, { agentId, version: 1, initial: true, resources: list })
 *   }),
 * )
 * ```
 */
export function resources({
  maxLength = 6,
  ...options
}: ResourcesOptions = {}): fc.Arbitrary<ResourceInput[]> {
  return fc
    .uniqueArray(resource(options), { maxLength, size: 'max', selector: ({ source }) => source })
    .map((list) => withinTotal(withoutNamesakes(list)))
}

/** The name that no other `ok` skill of the same push may have. */
export const skillName = ({
  kind,
  status,
  body,
}: Pick<ResourceInput, 'kind' | 'status' | 'body'>) =>
  kind === 'skill' && status === 'ok' && typeof body.name === 'string' ? body.name : undefined

/** Drops the skills that have the name of one before them. */
function withoutNamesakes(list: readonly ResourceInput[]): ResourceInput[] {
  const names = new Set<string>()
  return list.filter((one) => {
    const name = skillName(one)
    if (name === undefined) return true
    const isFirst = !names.has(name)
    names.add(name)
    return isFirst
  })
}

/** Drops the resources whose bodies would exceed the limit of all bodies together. */
function withinTotal(list: readonly ResourceInput[]): ResourceInput[] {
  let bytes = 0
  return list.filter(({ body }) => {
    const more = jsonBytes(body)
    const fits = bytes + more <= limits.bodiesBytesMax
    if (fits) bytes += more
    return fits
  })
}

/**
 * The parameters of a push except the agent.
 *
 * @example
 * ```ts
 * import * as driftpin from 'driftpin'
 *
 * const reports: AnyPush[] = fc.sample(push(), 3)
 * for (const report of reports) await driftpin.push(database, { agentId, ...report })
 * ```
 */
export type AnyPush = Omit<PushParams, 'agentId'>

const version = weighted([9, fc.nat(9)], [1, fc.maxSafeNat()])

/** The start of a process, in the past. */
const run = fc.record({
  id: fc.uuid(),
  startedAt: fc.date({ min: new Date('2020-01-01'), max: new Date('2026-01-01') }),
})

/** Absent in `times` of `times + 1` cases, which is every second case by default. */
const optional = <T>(arbitrary: fc.Arbitrary<T>, times = 1) =>
  weighted<T | undefined>([times, fc.constant(undefined)], [1, arbitrary])

/**
 * Pushes that an agent without a snapshot accepts, with and without each optional field. Some are
 * not ready, and pin nothing. Shrinks to version 0 without resources.
 *
 * @example
 * ```ts
 * import * as driftpin from 'driftpin'
 *
 * fc.assert(
 *   fc.asyncProperty(push(), async (report) => {
 *     const { run, ...rest } = report
 *     const { accepted } = await driftpin.push(database, { agentId, ...rest, initial: true })
 *     return accepted
 *   }),
 * )
 * ```
 */
export function push(options: ResourcesOptions = {}): fc.Arbitrary<AnyPush> {
  return fc
    .record({
      version,
      initial: optional(fc.boolean(), 2),
      ready: optional(fc.constantFrom(true, true, false)),
      snapshotError: optional(text({ bytesMax: 80, piecesMax: 4 })),
      run: optional(run),
      resources: resources(options),
    })
    .map(withoutAbsent)
}

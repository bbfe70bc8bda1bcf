import fc from 'fast-check'
import { limits, type ResourceInput } from '../../schema/index.js'
import { jsonBytes } from './json-value.js'
import { type ResourceOptions, resource } from './resource.js'

/**
 * What {@link resources} and {@link push} can be told.
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
 * Lists of resources that a push accepts: no source twice, and all bodies together within
 * `limits.bodiesBytesMax`. Shrinks to the empty list.
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
    .map(withinTotal)
}

/** Leaves out the resources with which the bodies would be too many bytes. */
function withinTotal(list: readonly ResourceInput[]): ResourceInput[] {
  let bytes = 0
  return list.filter(({ body }) => {
    const more = jsonBytes(body)
    const fits = bytes + more <= limits.bodiesBytesMax
    if (fits) bytes += more
    return fits
  })
}

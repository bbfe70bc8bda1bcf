import { z } from 'zod'
import { DriftpinError } from '../errors.js'
import { enums, limits, pushableKinds, type ResourceInput, textBytes } from '../schema/index.js'
import { checkInput, id, text, time, writeOptions } from './check-input.js'
import { exponentBytes, whyNotJson } from './jsonb.js'

// Zod limits integers to 2^53 - 1.
const count = z.int().nonnegative()

const hash = z.string().regex(new RegExp(`^(?:[0-9a-f]{2}){1,${limits.hashBytesMax}}$`), {
  error: `must be 1 to ${limits.hashBytesMax} bytes in hexadecimal, in lower case`,
})

const source = text(limits.sourceBytesMax).min(1, 'must not be empty')

const body = z.custom<ResourceInput['body']>().superRefine((value, context) => {
  const why = whyNotJson(value, { depthMax: limits.bodyDepthMax, bytesMax: limits.bodyBytesMax })
  if (why) context.addIssue({ code: 'custom', message: why })
})

const resource = z.strictObject({
  source,
  kind: z.enum(pushableKinds),
  body,
  contentHash: hash,
  sizeBytes: count,
  status: z.enum(enums.workspace_agent_context_resource_status),
  error: text(limits.errorBytesMax).default(''),
  sourcePath: text(limits.sourceBytesMax).default(''),
})

const push = z.strictObject({
  agentId: id,
  version: count,
  initial: z.boolean().default(false),
  ready: z.boolean().default(true),
  run: z.strictObject({ id, startedAt: time }).optional(),
  rootName: z.string().optional(),
  snapshotError: text(limits.errorBytesMax).default(''),
  // Checked one by one below, so that a message can name the source.
  resources: z
    .array(z.unknown())
    .max(limits.resourcesMax, `more than ${limits.resourcesMax} are not allowed`),
  ...writeOptions,
})

/** A push that passed all checks. */
export interface ValidPush extends Omit<z.output<typeof push>, 'resources'> {
  readonly resources: readonly ValidResource[]
}

/** A resource that passed all checks, with its body encoded once. */
export interface ValidResource extends z.output<typeof resource> {
  readonly encodedBody: string
}

/**
 * Checks a push before anything is written. One invalid resource rejects the whole push.
 *
 * @throws DriftpinError `invalid_input`, naming the index and the source.
 */
export function validatePush(input: unknown): ValidPush {
  const head = checkInput('push', push, input)
  const indexBySource = new Map<string, number>()
  const indexBySkill = new Map<unknown, number>()
  let bodiesBytes = 0
  const resources = head.resources.map((candidate, index) => {
    const where = `push: resources[${index}]${describeSource(candidate)}`
    const good = checkInput(where, resource, candidate)
    const twin = indexBySource.get(good.source)
    if (twin !== undefined) throw refused(where, `has the source of resources[${twin}]`)
    indexBySource.set(good.source, index)
    // A model asks for a skill by its name. A body of another shape has no name.
    if (good.kind === 'skill' && good.status === 'ok' && typeof good.body.name === 'string') {
      const namesake = indexBySkill.get(good.body.name)
      if (namesake !== undefined) {
        throw refused(where, `has the skill name of resources[${namesake}]`)
      }
      indexBySkill.set(good.body.name, index)
    }
    const encodedBody = JSON.stringify(good.body)
    const bytes = textBytes(encodedBody) + exponentBytes(good.body)
    if (bytes > limits.bodyBytesMax) {
      throw refused(
        where,
        `body: has ${bytes} bytes as JSON, and at most ${limits.bodyBytesMax} are allowed`,
      )
    }
    bodiesBytes += bytes
    return { ...good, encodedBody }
  })
  if (bodiesBytes > limits.bodiesBytesMax) {
    throw refused(
      'push: resources',
      `the bodies have ${bodiesBytes} bytes together, and at most ${limits.bodiesBytesMax} are ` +
        'allowed',
    )
  }
  return { ...head, resources }
}

function refused(where: string, why: string): DriftpinError {
  const message = `${where}: ${why}. Nothing was written.`
  return new DriftpinError('invalid_input', message, { where, why })
}

/** The source, short enough for a message whatever it is. */
function describeSource(candidate: unknown): string {
  const { source } = (candidate ?? {}) as { source?: unknown }
  if (typeof source !== 'string') return ''
  return ` (${JSON.stringify(source.length > 120 ? `${source.slice(0, 120)}...` : source)})`
}

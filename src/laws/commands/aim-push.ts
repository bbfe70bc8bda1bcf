import type { PushParams } from '../../context/index.js'
import type { ResourceInput } from '../../schema/index.js'
import type { Content } from '../model/live-context.js'
import { aggregateHash } from '../model/live-context.js'
import { Refusal, type Resource, unarchived } from '../model/model.js'
import { push as specified } from '../model/push.js'
import type { Move, View } from '../move.js'

/** A pushed resource as the model has it. */
function contentOf(resource: ResourceInput): Content {
  const { kind, body, contentHash, sizeBytes, status, error = '', sourcePath = '' } = resource
  const hash = Buffer.from(contentHash).toString('hex')
  return { kind, body, contentHash: hash, sizeBytes: BigInt(sizeBytes), status, error, sourcePath }
}

/** A resource of the model as a push carries it. */
export function toPush(source: string, resource: Resource): ResourceInput {
  const { createdAt, updatedAt, body, contentHash, ...rest } = resource
  const bytes = new Uint8Array(Buffer.from(contentHash, 'hex'))
  return { source, ...rest, body: body as ResourceInput['body'], contentHash: bytes }
}

/**
 * The move that pushes a report.
 *
 * @param options.isBad True for one that has to be refused for what is in it.
 */
export function aimPush(
  { model, nameOf }: View,
  params: Omit<PushParams, 'now'>,
  options: {
    readonly variant: string
    readonly usesOwnClock?: boolean
    readonly isBad?: boolean
  },
): Move {
  const { agentId, resources, initial = false, ready = true, snapshotError = '' } = params
  const { variant, isBad = false, usesOwnClock = false } = options
  // One that is not ready, or refused, settles nothing.
  const isSettling = ready && !isBad
  const chats = unarchived(model, (chat) => isSettling && chat.agentId === agentId)
  const flags = `${initial ? ', initial' : ''}${ready ? '' : ', not ready'}`
  const sources = resources.map(({ source }) => JSON.stringify(source))
  const shown = sources.length > 3 ? [`${sources.length} resources`] : sources
  const version = isBad ? 0n : BigInt(params.version)
  return {
    says: `push ${nameOf(agentId)} version ${params.version}${flags} (${variant}): ${shown.join(', ') || 'nothing'}`,
    variant,
    chats: chats.map(({ id }) => id),
    ...(!isBad && { push: { agentId, version, initial } }),
    usesOwnClock,
    ...(params.notify && { notifies: 'changes' }),
    act: ({ queryable, operations, now }) => operations.push(queryable, { ...params, ...now }),
    predict(model, at) {
      if (isBad) throw new Refusal('invalid_input')
      const contents = new Map(resources.map((one) => [one.source, contentOf(one)]))
      const { aggregateHash: given } = params
      const hash = given ? Buffer.from(given).toString('hex') : aggregateHash(contents)
      const head = { agentId, version, initial, ready, hash, error: snapshotError }
      return specified(model, { ...head, resources: contents }, at)
    },
  }
}

import fc from 'fast-check'
import { push as specified } from '../model/push.js'
import { contextsCount, hashOf, hexOf, modelled, resourcesOf } from './contents.js'
import { type LaneMove, type MoveKind, mostly, type RacingPush } from './lane-move.js'
import { agentIds, named } from './race-names.js'

export function pushMove(push: RacingPush): LaneMove {
  const { id, agentId, version, initial, ready, context } = push
  const flags = `${initial ? ', initial' : ''}${ready ? '' : ', not ready'}`
  return {
    command: 'push',
    says: `push ${named(agentId)} version ${version}${flags}, context ${context}`,
    push,
    act: ({ queryable, operations, now }) =>
      operations.push(queryable, {
        ...{ agentId, version, initial, ready, snapshotError: id },
        aggregateHash: hashOf(context),
        resources: resourcesOf(context),
        ...now,
      }),
    predict(model, at) {
      const head = { agentId, version, initial, ready, error: id }
      const hash = hexOf(hashOf(context))
      return specified(model, { ...head, hash, resources: modelled(context) }, at)
    },
  }
}

/** What an agent may push: mostly ready, seldom from the beginning again. */
export const pushing: MoveKind = (focus) =>
  fc
    .record({
      agentId: mostly(focus.agentId, agentIds),
      version: fc.bigInt({ min: 2n, max: 20n }),
      context: fc.nat(contextsCount - 1),
      initial: mostly(false, [false, true]),
      ready: fc.constantFrom(true, true, false),
    })
    .map((push) => (id: string) => pushMove({ id, ...push }))

import fc from 'fast-check'
import type { LaneChoice } from './lane-move.js'
import { looking } from './looking.js'
import { onAChat } from './on-a-chat.js'
import { pushing } from './pushing.js'
import { removing } from './removing.js'

/** A short history on few chats and agents, so that two of them meet. */
export function lane(operationsMax: number): fc.Arbitrary<LaneChoice[]> {
  const move = fc.oneof({ weight: 9, arbitrary: pushing }, ...onAChat, ...removing, ...looking)
  return fc.noBias(fc.array(move, { minLength: 1, maxLength: operationsMax, size: 'max' }))
}

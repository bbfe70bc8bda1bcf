import { expectedContexts, readPushName } from './expected-contexts.js'
import type { Observation } from './observation.js'

/**
 * What is seen of half done things: at every moment the live context of an agent and the pins of a
 * chat are those of exactly one push, which are stored with their hash, and no row is of a chat
 * that is gone.
 */
export function faultsInObservation({ agents, chats, orphans }: Observation): string[] {
  const faults: string[] = []
  for (const { id, version, hash, error, rows } of agents.values()) {
    const isBare = version === null && rows === ''
    if (!isBare && !isOnePush(hash, error, rows)) {
      faults.push(`agent ${id} has part of a push: ${error}, hash ${hash}, ${rows}`)
    }
  }
  for (const { id, hash, error, pins } of chats.values()) {
    const isBare = hash === null && error === '' && pins === ''
    if (!isBare && !isOnePush(hash, error, pins)) {
      faults.push(`chat ${id} has part of a context: ${error}, hash ${hash}, ${pins}`)
    }
  }
  for (const [table, count] of Object.entries(orphans)) {
    if (count > 0) faults.push(`${table} has ${count} rows of chats that are gone`)
  }
  return faults
}

function isOnePush(hash: string | null, error: string | null, rows: string): boolean {
  const expected = expectedContexts[readPushName(error ?? '')?.context ?? -1]
  return expected !== undefined && expected.hashes === hash && expected.rows === rows
}

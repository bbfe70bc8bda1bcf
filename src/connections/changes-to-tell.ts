import type { Reported } from './engine-session.js'
import { errorResponse, parameterStatus } from './server-messages.js'

/** What a server would tell of settings that changed, and what only this one has to tell. */
export function changesToTell(before: Reported, now: Reported, hasMoreToRemove: boolean): Buffer[] {
  const told = [...now]
    .filter(([name, value]) => before.get(name) !== value)
    .map(([name, value]) => parameterStatus(name, value))
  if (hasMoreToRemove) {
    const message = 'temporary tables and cursors WITH HOLD are seen by all sessions of a PGlite'
    told.push(errorResponse('WARNING', { code: '01000', message }))
  }
  return told
}

import { createHash, timingSafeEqual } from 'node:crypto'
import { int32, message } from './server-messages.js'
import { WireError } from './wire-error.js'

/** AuthenticationCleartextPassword. */
export const passwordRequest: Buffer = message('R', int32(3))

const hashOf = (text: string) => createHash('sha256').update(text).digest()

/** @throws WireError FATAL, which tells nothing of the password. */
export function checkPassword(answer: Buffer, password: string, user: string): void {
  const given = answer.toString('utf8', 5, Math.max(5, answer.length - 1))
  // Hashed, since only what has one length can be compared in a time that tells nothing.
  if (timingSafeEqual(hashOf(given), hashOf(password))) return
  throw new WireError('FATAL', {
    code: '28P01',
    message: `password authentication failed for user "${user}"`,
  })
}

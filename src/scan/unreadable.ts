import type { Refusal } from './refusal.js'
import { systemErrorCode } from './system-error-code.js'

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'missing, or a broken link',
  ENOTDIR: 'missing, or a broken link',
  ELOOP: 'links that lead in a circle',
}

/**
 * Turns an error of the system into a refusal that tells its code only: the message of the error
 * itself holds the real path. Any other error is a defect and is thrown as it is.
 */
export function unreadable(error: unknown): Refusal {
  const code = systemErrorCode(error)
  if (code === undefined) throw error
  return { status: 'unreadable', error: `${words[code] ?? 'cannot be read'} (${code})` }
}

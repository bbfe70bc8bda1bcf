import { lstat } from 'node:fs/promises'
import type { Refusal } from './refusal.js'
import { resolveInside } from './resolve-inside.js'
import { systemErrorCode } from './system-error-code.js'
import { unreadable } from './unreadable.js'

/**
 * The real path of a directory, or why it cannot be entered; undefined where there is nothing at
 * all, or something other than a directory, neither of which is worth a report.
 *
 * A link that is there and leads nowhere is reported: someone meant it to lead somewhere.
 */
export async function enterDirectory(
  root: Buffer,
  path: Buffer,
): Promise<Buffer | Refusal | undefined> {
  try {
    await lstat(path)
  } catch (error) {
    return systemErrorCode(error) === 'ENOENT' ? undefined : unreadable(error)
  }
  const resolved = await resolveInside(root, path)
  if ('status' in resolved) return resolved
  return resolved.stats.isDirectory() ? resolved.real : undefined
}

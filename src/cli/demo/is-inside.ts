import { realpath } from 'node:fs/promises'
import { dirname, isAbsolute, relative } from 'node:path'

/** Whether a path is a folder or below it, by the letters of both; no link is followed. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith('../') && !isAbsolute(way)
}

/** Whether writing to a path would stay below a folder, with every link on the way followed. */
export async function staysInside(folder: string, path: string): Promise<boolean> {
  const real = await realpath(folder)
  for (let at = path; ; at = dirname(at)) {
    const there = await realpath(at).catch(() => undefined)
    if (there !== undefined) return isInside(real, there)
    if (dirname(at) === at) return false
  }
}

import { lstat } from 'node:fs/promises'

/** Whether something has that name; a broken link is there too. */
export async function pathExists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  )
}

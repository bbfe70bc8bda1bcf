import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { inBatches } from '../../src/scan/file-system.js'

/** What is made at a path: a file's content, or something else than a file. */
export type TreeEntry =
  | string
  | Uint8Array
  | { readonly link: string }
  | { readonly a: 'directory' | 'FIFO' }

/**
 * Makes a directory with the given entries, by path, and removes it when the test has finished.
 *
 * Others may enter it, so that it can be scanned under another user.
 */
export async function makeTree(entries: Readonly<Record<string, TreeEntry>> = {}): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'driftpin-scan-'))
  await chmod(root, 0o755)
  onTestFinished(async () => {
    // Only the superuser may remove what is in a directory of mode 000.
    if (process.getuid?.() !== 0) execFileSync('chmod', ['-R', 'u+rwx', root])
    await rm(root, { recursive: true, force: true })
  })
  for await (const batch of inBatches(Object.entries(entries), 64)) {
    await Promise.all(batch.map(([path, entry]) => makeEntry(join(root, path), entry)))
  }
  return root
}

async function makeEntry(path: string, entry: TreeEntry): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  if (typeof entry === 'string' || entry instanceof Uint8Array) await writeFile(path, entry)
  else if ('link' in entry) await symlink(entry.link, path)
  else if (entry.a === 'directory') await mkdir(path, { recursive: true })
  else execFileSync('sh', ['-c', 'mkfifo "$0"', path])
}

import * as fs from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run-command.js'

const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url))

/**
 * Installs a package that only the full run needs, when it is asked for, and keeps it. Two
 * processes may install at once: each makes its own folder, and one of them is kept.
 *
 * @param folder Where it is kept, below the cache.
 * @returns The package.json that the package is a dependency of.
 */
export async function installOnce(folder: string, wanted: string): Promise<string> {
  const kept = join(cache, folder)
  const manifest = join(kept, 'package.json')
  if (await isThere(manifest)) return manifest
  await fs.mkdir(dirname(kept), { recursive: true })
  const made = await fs.mkdtemp(`${kept}-installing-`)
  try {
    await fs.writeFile(join(made, 'package.json'), '{ "private": true }\n')
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    const { code, stderr } = await run('npm', ['install', ...flags, wanted], { cwd: made })
    if (code !== 0) throw new Error(`npm install ${wanted} failed. ${stderr}`)
    await fs.rename(made, kept).catch(async (error: unknown) => {
      if (!(await isThere(manifest))) throw error
    })
  } finally {
    await fs.rm(made, { recursive: true, force: true })
  }
  return manifest
}

async function isThere(path: string): Promise<boolean> {
  return await fs.access(path).then(
    () => true,
    () => false,
  )
}

import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './run-command.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))

/** The package as it is published, unpacked where a project would have it. */
export interface PackedDriftpin extends AsyncDisposable {
  /** The folder of the package. */
  readonly root: string
  /** The program that `npx driftpin` runs. */
  readonly main: string
}

/**
 * Packs what was built when the run began. What it depends on is what the repository has installed:
 * that the list in package.json is whole is for the test of the package to prove.
 */
export async function packDriftpin(): Promise<PackedDriftpin> {
  const rooms = join(repository, '.driftpin')
  await mkdir(rooms, { recursive: true })
  const folder = await mkdtemp(join(rooms, `packed-${process.pid}-`))
  const dispose = () => rm(folder, { recursive: true, force: true })
  try {
    const packing = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
    await mustRun('npm', packing)
    const [tarball] = await readdir(folder)
    await mustRun('tar', ['-xzf', join(folder, tarball!), '-C', folder])
    await symlink(join(repository, 'node_modules'), join(folder, 'package/node_modules'))
  } catch (error) {
    await dispose()
    throw error
  }
  const root = join(folder, 'package')
  return { root, main: join(root, 'dist/cli/main.js'), [Symbol.asyncDispose]: dispose }
}

async function mustRun(command: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(command, args, { cwd: repository })
  if (code !== 0) throw new Error(`${command} ${args[0]} failed: ${stderr}`)
}

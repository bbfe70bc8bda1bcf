import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const repository = fileURLToPath(new URL('../../', import.meta.url))

/** The files of the package as it is published, where a project would have them. */
export interface PackedDriftpin extends AsyncDisposable {
  /** The folder of the package. */
  readonly root: string
  /** The program that `npx driftpin` runs. */
  readonly main: string
}

/**
 * Copies the files that package.json lists, as they were built when the run began: `npm pack` takes
 * ten times as long, and the test of the package runs it. The dependencies are those that the
 * repository has installed.
 */
export async function packDriftpin(): Promise<PackedDriftpin> {
  const rooms = join(repository, '.driftpin')
  await mkdir(rooms, { recursive: true })
  const root = await mkdtemp(join(rooms, `packed-${process.pid}-`))
  const manifest = await readFile(join(repository, 'package.json'), 'utf8')
  const { files } = JSON.parse(manifest) as { files: readonly string[] }
  for (const name of ['package.json', ...files]) {
    await cp(join(repository, name), join(root, name), { recursive: true })
  }
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'))
  const dispose = () => rm(root, { recursive: true, force: true })
  return { root, main: join(root, 'dist/cli/main.js'), [Symbol.asyncDispose]: dispose }
}

import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A folder with a build of driftpin as it is now, which children and suites import. */
export interface Workplace extends AsyncDisposable {
  readonly folder: string
  readonly dist: string
  /** Where the image is, once the first harness made it. */
  readonly cacheDirectory: string
}

const repository = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Builds into a folder of the bench's own, so that whoever builds meanwhile is not in its way. The
 * folder is in the repository, where its dependencies are found, and git ignores it. Its own
 * package.json keeps Node from taking `driftpin` for the repository itself.
 */
export async function openWorkplace(): Promise<Workplace> {
  const rooms = join(repository, '.driftpin')
  await removeLeftovers(rooms)
  const folder = join(rooms, `bench-${process.pid}`)
  const home = join(folder, 'node_modules', 'driftpin')
  const dist = join(home, 'dist')
  const dispose = () => rm(folder, { recursive: true, force: true, maxRetries: 5 })
  try {
    await mkdir(home, { recursive: true })
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }\n')
    await copyFile(join(repository, 'package.json'), join(home, 'package.json'))
    const compiler = join(repository, 'node_modules/typescript/bin/tsc')
    const project = ['-p', join(repository, 'tsconfig.build.json')]
    // Output of the compiler goes to standard error: standard output may be one JSON object.
    execFileSync(process.execPath, [compiler, ...project, '--outDir', dist, '--noCheck'], {
      stdio: ['ignore', 2, 2],
    })
  } catch (error) {
    await dispose()
    throw error
  }
  return {
    folder,
    dist,
    cacheDirectory: join(folder, 'cache'),
    [Symbol.asyncDispose]: dispose,
  }
}

/** A run that was killed leaves its folder, which the next one removes. */
async function removeLeftovers(rooms: string): Promise<void> {
  for (const name of await readdir(rooms).catch(() => [])) {
    const owner = /^bench-(\d+)$/.exec(name)?.[1]
    if (owner && !isRunning(Number(owner))) {
      await rm(join(rooms, name), { recursive: true, force: true, maxRetries: 5 })
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

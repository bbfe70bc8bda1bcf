import { readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type {} from 'vitest'
import type { TestProject } from 'vitest/node'
import { openHarness } from '../../src/harness/index.js'
import { isRunning } from '../../src/pglite/file-lock.js'
import { installedHarness, installOnServer } from './installed-harness.js'
import { type RealServer, serverMajors, startRealServer } from './real-server.js'
import { run } from './run-command.js'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The servers of this run, oldest first. A test makes databases of its own in them. */
    servers: { major: number; url: string }[]
    /**
     * The files of an empty PGlite, as a tar file to load: initdb takes seconds. Only its log is in
     * smaller segments than that of one that starts by itself.
     */
    pgliteDataDir: string
  }
}

const repository = fileURLToPath(new URL('../../', import.meta.url))

/** Removes what runs that were killed left: their names have their pids. */
async function removeOldDumps(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^driftpin-pglite-(\d+)\.tar$/.exec(name)?.[1])
    if (pid && !isRunning(pid)) await rm(join(tmpdir(), name), { force: true })
  }
}

/** Makes the images that most files begin with, and the files of an empty PGlite from one. */
async function makePGlites(file: string): Promise<void> {
  await removeOldDumps()
  await using empty = await openHarness({ migrations: false })
  await using db = await empty.createDatabase()
  const dump = await db.pglite.dumpDataDir('none')
  await writeFile(file, new Uint8Array(await dump.arrayBuffer()), { mode: 0o600 })
  await (await openHarness(installedHarness)).close()
}

async function startInstalled(major: number): Promise<RealServer> {
  const server = await startRealServer(major)
  try {
    await installOnServer(server.url)
    return server
  } catch (error) {
    await server.stop()
    throw error
  }
}

/**
 * Starts the real servers once for the whole run, so that no test file pays for one.
 * Ends those that did start when another did not, and then fails with every reason.
 */
export default async function startServers(project: TestProject): Promise<() => Promise<void>> {
  const pgliteDataDir = join(tmpdir(), `driftpin-pglite-${process.pid}.tar`)
  const made = makePGlites(pgliteDataDir)
  const built = run('npm', ['run', '--silent', 'build'], { cwd: repository })
  const starts = await Promise.allSettled(serverMajors.map(startInstalled))
  const servers = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []))
  const stopAll = async () => {
    await Promise.all(servers.map((server) => server.stop()))
    await rm(pgliteDataDir, { force: true })
  }
  const reasons = starts.flatMap((start) => (start.status === 'rejected' ? [start.reason] : []))
  if (reasons.length > 0) {
    await stopAll()
    const messages = reasons.map((reason) => reason.message)
    throw new AggregateError(reasons, `No tests without real servers.\n${messages.join('\n')}`)
  }
  await made
  const { code, stdout } = await built
  if (code !== 0) throw new Error(`The package does not build.\n${stdout}`)
  project.provide('pgliteDataDir', pgliteDataDir)
  project.provide(
    'servers',
    servers.map(({ major, url }) => ({ major, url })),
  )
  return stopAll
}

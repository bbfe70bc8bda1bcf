import { execFileSync } from 'node:child_process'
import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

// Plain tsc, and the two files that the package ships beside what that makes. Every test run
// builds, and others may go on in the same checkout, whose commands load from dist at any moment.
// So nothing is removed first and written again: all is made beside it, each file takes the place
// of the one that was there in one step, and what no source makes any more goes last.

const path = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url))

const dist = path('dist')
// Git ignores this folder, and it is on the same disk, without which there is no such step.
const made = path(`.driftpin/build-${process.pid}`)

async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}

try {
  execFileSync(
    process.execPath,
    [path('node_modules/typescript/bin/tsc'), '-p', path('tsconfig.build.json'), '--outDir', made],
    { stdio: 'inherit' },
  )
  for (const name of ['schema.sql', 'manifest.json']) {
    await copyFile(path(`src/schema/generated/${name}`), join(made, 'schema', name))
  }
  await chmod(join(made, 'cli/main.js'), 0o755)
  const files = await filesOf(made)
  for (const file of files) {
    await mkdir(dirname(join(dist, file)), { recursive: true })
    await rename(join(made, file), join(dist, file))
  }
  for (const file of await filesOf(dist)) {
    if (!files.includes(file)) await rm(join(dist, file), { force: true })
  }
} finally {
  await rm(made, { recursive: true, force: true })
}

import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type PackedDriftpin, packDriftpin } from '../support/packed-driftpin.js'
import { type Finished, run } from '../support/run-command.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))

/** A copy of an example, installed as its package.json says. */
export interface Example extends AsyncDisposable {
  readonly folder: string
  readonly env: NodeJS.ProcessEnv
  /** Runs one of its scripts. */
  run(script: string, env?: NodeJS.ProcessEnv): Promise<Finished>
  /** Runs a script, its tests by default, with a file changed, which is put back afterwards. */
  runChanged(
    file: string,
    from: string,
    to: string,
    how?: { readonly script: string; readonly env: NodeJS.ProcessEnv },
  ): Promise<Finished>
}

/** Copies an example, and links what it depends on: nothing else is found from there. */
export async function openExample(name: string): Promise<Example> {
  const packed: PackedDriftpin = await packDriftpin()
  // Outside of the repository, whose configuration vitest would find.
  const folder = await mkdtemp(join(tmpdir(), 'driftpin-test-example-'))
  await cp(join(repository, 'examples', name), folder, { recursive: true })
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const wanted = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
  for (const one of wanted) {
    const link = join(folder, 'node_modules', one)
    await mkdir(dirname(link), { recursive: true })
    await symlink(one === 'driftpin' ? packed.root : join(repository, 'node_modules', one), link)
  }
  for (const tool of ['tsx', 'vitest', 'driftpin'].filter((one) => wanted.includes(one))) {
    const bin = join(folder, 'node_modules/.bin', tool)
    await mkdir(dirname(bin), { recursive: true })
    const file = tool === 'driftpin' ? packed.main : join(repository, 'node_modules/.bin', tool)
    await symlink(file, bin)
  }
  const env = {
    // The path to the sources in the repository's own tsconfig.json is none of a user's.
    TSX_TSCONFIG_PATH: join(repository, 'test/recipes/tsconfig.json'),
  }
  const runScript: Example['run'] = (script, more) =>
    run('npm', ['run', '--silent', script], { cwd: folder, env: { ...env, ...more } })
  return {
    ...{ folder, env, run: runScript },
    async runChanged(file, from, to, { script, env: more } = { script: 'test', env: {} }) {
      const path = join(folder, file)
      const text = await readFile(path, 'utf8')
      if (!text.includes(from)) throw new Error(`${file} has no ${from}.`)
      await writeFile(
        path,
        text.replace(from, () => to),
      )
      try {
        return await runScript(script, more)
      } finally {
        await writeFile(path, text)
      }
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true })
      await packed[Symbol.asyncDispose]()
    },
  }
}

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { run } from '../support/run-command.js'

/** The root of the repository. */
export const repository = fileURLToPath(new URL('../../', import.meta.url))
export const readme = await readFile(join(repository, 'README.md'), 'utf8')
const fences = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code!)

/** What each example of the README is known by, whichever of them comes first. */
const marks = {
  'the ten lines': 'new PGlite()',
  'a test with a database': 'async ({ db })',
  'without a runner': 'openHarness',
  'a PostgreSQL of your own': 'fromPgTransaction',
  'every migration': 'testMigrations()',
  'the laws': 'assertHistories',
  'many clients': 'openPool',
}

/** The one example of the README with this name; an error where there is not exactly one. */
export function fence(name: keyof typeof marks): string {
  const [found, ...more] = fences.filter((code) => code.includes(marks[name]))
  if (found === undefined || more.length > 0) throw new Error(`The README has not one of ${name}.`)
  return found
}

/** The examples that no test would run, since they have no name. */
export const nameless = fences.filter(
  (code) => !Object.values(marks).some((mark) => code.includes(mark)),
)

const entries = {
  driftpin: 'index',
  'driftpin/scan': 'scan',
  'driftpin/connections': 'connections',
  'driftpin/harness': 'harness',
  'driftpin/vitest': 'harness/vitest',
  'driftpin/laws': 'laws',
  'driftpin/workbench': 'workbench',
  'driftpin/workbench/vitest': 'workbench/vitest',
}

/** As it was built when the run began: that starts faster than the sources. */
export function againstBuild(code: string): string {
  return Object.entries(entries).reduce(
    (text, [name, file]) =>
      text.replaceAll(`'${name}'`, () => `'${join(repository, 'dist', `${file}.js`)}'`),
    code,
  )
}

/** Runs an example against the build, from a folder where the dependencies are found. */
export async function runFence(code: string, env: NodeJS.ProcessEnv = {}) {
  const cache = join(repository, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'readme-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'fence.mts'), againstBuild(code))
  const args = ['--import', 'tsx', join(folder, 'fence.mts')]
  return await run(process.execPath, args, { cwd: repository, env })
}

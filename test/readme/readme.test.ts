import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, inject, onTestFinished, test } from 'vitest'
import { run, shortLived } from '../support/run-command.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const readme = await readFile(join(repository, 'README.md'), 'utf8')
const fences = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code!)

const entries = {
  driftpin: 'index',
  'driftpin/scan': 'scan/index',
  'driftpin/connections': 'connections/index',
  'driftpin/harness': 'harness/index',
  'driftpin/vitest': 'harness/vitest',
  'driftpin/laws': 'laws/index',
  'driftpin/workbench': 'workbench/index',
  'driftpin/workbench/vitest': 'workbench/vitest',
}

/** As it was built when the run began: that starts faster than the sources. */
function againstBuild(code: string): string {
  return Object.entries(entries).reduce(
    (text, [name, file]) =>
      text.replaceAll(`'${name}'`, `'${join(repository, 'dist', `${file}.js`)}'`),
    code,
  )
}

/** Runs an example against the build, from a folder where the dependencies are found. */
async function runFence(code: string, env: NodeJS.ProcessEnv = {}) {
  const cache = join(repository, 'node_modules/.cache')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'readme-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'fence.mts'), againstBuild(code))
  const args = [shortLived, '--import', 'tsx', join(folder, 'fence.mts')]
  return await run(process.execPath, args, { cwd: repository, env })
}

test('the ten lines run, and print what the README says', async () => {
  const { code, stdout, stderr } = await runFence(`${fences[0]}\nprocess.exit(0)\n`)
  const lines = stdout.trim().split('\n')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(lines).toHaveLength(2)
  expect(readme).toContain(`It prints \`${lines[0]}\` and \`${lines[1]}\`.`)
})

test('the lines for a PostgreSQL of your own run on one', async () => {
  const { url } = inject('servers').at(-1)!
  const env = { DATABASE_URL: url }
  const { code, stderr } = await runFence(`${fences[1]}\nawait pool.end()\n`, env)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

/** These two run for as long as all other examples together: the full run has them. */
const longOnes: readonly (readonly [string, number])[] = [
  ['of every migration', 2],
  ['of the laws', 6],
]

test.each([['with a database in it', 3] as const, ...(process.env.DRIFTPIN_FULL ? longOnes : [])])(
  'the test %s passes, with nothing else set up',
  async (_, fence) => {
    const folder = await mkdtemp(join(repository, '.driftpin-readme-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'fence.test.ts'), againstBuild(fences[fence]!))
    await writeFile(join(folder, 'vitest.config.mjs'), 'export default {}')
    const vitest = join(repository, 'node_modules/vitest/vitest.mjs')
    const args = [vitest, 'run', '--root', folder, '--reporter', 'json']
    const { code, stdout } = await run(process.execPath, args, { cwd: folder, env: { CI: '1' } })
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, numFailedTests: 0 })
    expect(JSON.parse(stdout).numPassedTests).toBeGreaterThan(0)
  },
)

test('the lines without a test runner run, and print the time of the test clock', async () => {
  const { code, stdout, stderr } = await runFence(fences[4]!)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('2026-01-01T00:01:00.000Z')
})

test('the lines for many clients run, and print where psql finds them', async () => {
  const { code, stdout, stderr } = await runFence(fences[5]!)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^postgresql:\/\/postgres@127\.0\.0\.1:\d+\/postgres\n$/)
})

test('every example of the README is one of these seven', () => {
  expect(fences).toHaveLength(7)
})

test('the commands that the README names are those of package.json', async () => {
  const { scripts } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'))
  for (const [, name] of readme.matchAll(/npm (?:run )?(start|test|bench|fuzz|mutants)\b/g)) {
    expect(scripts).toHaveProperty(name!)
  }
  const ci = await readFile(join(repository, '.ci/run'), 'utf8')
  expect(ci).toContain('npm install && npm test')
  expect(readme).toContain('npm install && npm test')
})

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, inject, onTestFinished, test } from 'vitest'
import { run } from '../support/run-command.js'
import { againstBuild, fence, nameless, readme, repository, runFence } from './run-fence.js'

test('the ten lines run, and print what the README says', async () => {
  const { code, stdout, stderr } = await runFence(`${fence('the ten lines')}\nprocess.exit(0)\n`)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(readme).toContain(`It prints \`${stdout.trim()}\``)
})

test('the lines for a PostgreSQL of your own run on one', async () => {
  const { url } = inject('servers').at(-1)!
  const env = { DATABASE_URL: url }
  const { code, stderr } = await runFence(
    `${fence('a PostgreSQL of your own')}\nawait pool.end()\n`,
    env,
  )
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

/** These two run for as long as all other examples together: the full run has them. */
const longOnes = process.env.DRIFTPIN_FULL ? (['every migration', 'the laws'] as const) : []

test.each(['a test with a database', ...longOnes] as const)(
  'the example of %s passes, with nothing else set up',
  async (name) => {
    const folder = await mkdtemp(join(repository, '.driftpin-readme-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    await writeFile(join(folder, 'fence.test.ts'), againstBuild(fence(name)))
    await writeFile(join(folder, 'vitest.config.mjs'), 'export default {}')
    const vitest = join(repository, 'node_modules/vitest/vitest.mjs')
    const args = [vitest, 'run', '--root', folder, '--reporter', 'json']
    const { code, stdout } = await run(process.execPath, args, { cwd: folder, env: { CI: '1' } })
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, numFailedTests: 0 })
    expect(JSON.parse(stdout).numPassedTests).toBeGreaterThan(0)
  },
)

test('every example of the README has a name, by which a test runs it', () => {
  expect(nameless).toEqual([])
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

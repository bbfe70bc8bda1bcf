import { expect, test } from 'vitest'
import { run } from '../support/run-command.js'
import { openFixtureProject } from './fixture-project.js'

test('the harness works in node:test as well, and ends with it', async () => {
  const project = await openFixtureProject()
  try {
    const { code, stdout } = await run(
      process.execPath,
      ['--test', '--test-reporter=tap', 'plain-runner.mjs'],
      { cwd: project.folder, env: { NODE_TEST_CONTEXT: undefined } },
    )
    expect(stdout).toContain('# pass 2')
    expect(stdout).toContain('# fail 0')
    expect(code).toBe(0)
  } finally {
    await project.close()
  }
})

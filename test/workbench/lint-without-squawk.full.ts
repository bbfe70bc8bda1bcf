import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openFixtureProject } from '../harness/fixture-project.js'
import { run } from '../support/run-command.js'

test('without squawk its rules are reported once as not checked, and the others are', async () => {
  const project = await openFixtureProject()
  onTestFinished(() => project.close())
  await rm(join(project.folder, 'node_modules/squawk-cli'))
  const up = 'ALTER TABLE boats ADD COLUMN crew int CONSTRAINT boats_crew_check CHECK (crew > 0);'
  await writeFile(join(project.folder, 'migrations/2_add_crew.up.sql'), up)
  await writeFile(
    join(project.folder, 'migrations/2_add_crew.down.sql'),
    'ALTER TABLE boats DROP COLUMN crew;',
  )
  const lint = [join(project.folder, 'node_modules/driftpin/dist/cli/main.js'), 'migrate', 'lint']
  const { stdout, code } = await run(process.execPath, [...lint, 'migrations'], {
    cwd: project.folder,
  })
  expect(stdout.match(/npm install --save-dev squawk-cli/g)).toHaveLength(1)
  expect(stdout).toContain('not checked  index-not-concurrent, not-null-without-default')
  expect(stdout).toContain('destroys-without-note')
  expect(code).toBe(1)
})

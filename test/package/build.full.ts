import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from '../support/run-command.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const dist = join(repository, 'dist')

test('two builds at once leave every file in place all the time, and none of a source that is gone', async () => {
  const main = join(dist, 'cli/main.js')
  const before = await readFile(main, 'utf8')
  await writeFile(join(dist, 'gone.js'), '// Its source was deleted.')
  const seen = new Set<string>()
  let isOver = false
  const watching = (async () => {
    while (!isOver) seen.add(await readFile(main, 'utf8').catch((error) => error.code))
  })()
  const build = () => run('npm', ['run', '--silent', 'build'], { cwd: repository })
  const builds = await Promise.all([build(), build()])
  isOver = true
  await watching
  expect(builds.map(({ code }) => code)).toEqual([0, 0])
  expect([...seen]).toEqual([before])
  expect(existsSync(join(dist, 'gone.js'))).toBe(false)
  const { code, stdout } = await run(process.execPath, [main, '--help'])
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('driftpin') })
  const left = await readdir(join(repository, '.driftpin')).catch(() => [])
  expect(left.filter((name) => name.startsWith('build-'))).toEqual([])
})

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openImage } from '../../src/harness/open-image.js'
import { type FixtureProject, openFixtureProject } from './fixture-project.js'

let project: FixtureProject

beforeAll(async () => {
  project = await openFixtureProject()
})

afterAll(() => project?.close())

const kept = async () => {
  const folder = join(project.folder, '.driftpin/failed')
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name !== '.gitignore').map((name) => join(folder, name))
}

test('a run whose tests pass leaves nothing', async () => {
  const { outcomes } = await project.vitest(['pair-one'])
  expect(Object.values(outcomes).map(({ status }) => status)).toEqual(['passed'])
  expect(existsSync(join(project.folder, '.driftpin'))).toBe(false)
})

test('what a run left that was killed can be opened, and another run leaves it there', async () => {
  await project.killedVitest(['killed'], async () => (await kept()).length === 2)
  const left = await kept()
  expect(left.sort()).toEqual([
    expect.stringMatching(/failing-before-the-run-is-killed-\w+\.image$/),
    expect.stringMatching(/failing-before-the-run-is-killed-\w+\.sql$/),
  ])
  {
    await using db = await openImage(left[0]!)
    expect((await db.query('SELECT name FROM boats')).rows).toEqual([{ name: 'Argo' }])
  }
  await project.vitest(['pair-one'])
  expect((await kept()).sort()).toEqual(left)
})

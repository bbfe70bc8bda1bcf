import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databaseNames } from '../../src/harness/server/database-ownership.js'
import { serverMajors } from '../support/real-server.js'
import { type FixtureProject, openFixtureProject, type SuiteRun } from './fixture-project.js'
import { useSailor } from './use-sailor.js'

let project: FixtureProject
let embedded: SuiteRun

beforeAll(async () => {
  project = await openFixtureProject()
  embedded = await project.vitest(['either'])
})

afterAll(() => project?.close())

const statusesOf = ({ outcomes }: SuiteRun) =>
  Object.entries(outcomes).map(([name, { status }]) => [name, status] as const)

test('a file of tests goes as it should in the process', () => {
  const statuses = statusesOf(embedded)
  expect(statuses.length).toBeGreaterThan(15)
  const failed = statuses.filter(([, status]) => status !== 'passed').map(([name]) => name)
  expect(failed).toEqual(statuses.map(([name]) => name).filter((name) => name.includes('FAILS')))
})

describe.each(serverMajors)('on PostgreSQL %i', (major) => {
  const sailor = useSailor(major)
  const left = async () =>
    (await sailor.databases()).filter((name) => !databaseNames.isTemplate(name))

  test('the same file goes the same way, and only what failed is kept', async () => {
    const env = { TEST_SERVER: sailor.url, DRIFTPIN_STATS: '1' }
    const run = await project.vitest(['either'], [], env)
    expect(statusesOf(run)).toEqual(statusesOf(embedded))
    const told = [...run.stderr.matchAll(/psql '(\S+)'/g)].map(([, url]) => new URL(url!))
    const kept = await left()
    // The one more is that of the test that passed when it was tried again.
    expect(new Set(told.map(({ pathname }) => pathname)).size).toBe(kept.length + 1)
    expect(told.map(({ pathname }) => pathname.slice(1))).toEqual(expect.arrayContaining(kept))
    expect(kept).toHaveLength(4)
    expect(run.stderr + run.stdout).not.toContain(sailor.password)
    expect(run.stderr).toMatch(/databases +[1-9]/)

    const words = /FAILS with rows in a transaction failed\. .*psql '(\S+)'/
    const shown = new URL(words.exec(run.stderr)![1]!)
    const client = new pg.Client(Object.assign(shown, { password: sailor.password }).href)
    await client.connect()
    const { rows } = await client.query(
      "SELECT count(*)::int AS n FROM boats WHERE name = 'Karluk'",
    )
    await client.end()
    expect(rows).toEqual([{ n: 1 }])

    const again = await project.vitest(['either'], ['--no-isolate'], env)
    expect(statusesOf(again)).toEqual(statusesOf(embedded))
    expect(await left()).toEqual(kept)
  })

  test('tests may run in threads', async () => {
    const env = { TEST_SERVER: sailor.url }
    const run = await project.vitest(['either'], ['--pool=threads'], env)
    expect(statusesOf(run)).toEqual(statusesOf(embedded))
  })

  test('two workers that begin at once make one template', async () => {
    const before = await sailor.databases()
    const env = { TEST_SERVER: sailor.url, DRIFTPIN_STATS: '1', MEET: '1' }
    const run = await project.vitest(['pair-one', 'pair-two'], [], env)
    expect(statusesOf(run).map(([, status]) => status)).toEqual(['passed', 'passed'])
    const built = [...run.stderr.matchAll(/images built +(\d+)/g)].map(([, n]) => Number(n))
    expect(built).toHaveLength(2)
    expect(built.reduce((sum, n) => sum + n, 0)).toBe(1)
    expect(await sailor.databases()).toHaveLength(before.length + 1)
  })

  test('what a run left that was killed is dropped by the next, but for what failed', async () => {
    const before = await left()
    const env = { TEST_SERVER: sailor.url }
    const isReached = async () => (await left()).length === before.length + 2
    await project.killedVitest(['killed'], isReached, env)
    const after = (await left()).filter((name) => !before.includes(name))
    expect(after.filter(databaseNames.isKept)).toHaveLength(1)
    expect(after.filter((name) => databaseNames.workerOf(name))).toHaveLength(1)
    await expect
      .poll(
        async () => {
          await project.vitest(['pair-one'], [], env)
          return (await left()).filter((name) => !before.includes(name))
        },
        { timeout: 60_000 },
      )
      .toEqual(after.filter(databaseNames.isKept))
  })
})

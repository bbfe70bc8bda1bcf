import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { queryOnce } from '../support/query-once.js'
import { serverMajors } from '../support/real-server.js'
import { run } from '../support/run-command.js'
import { serverUrl } from '../support/server-url.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { uniqueName } from '../support/unique-name.js'
import { urlWith } from '../support/url-with.js'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const planted = fileURLToPath(new URL('fuzz-plant-archive-defect.mjs', import.meta.url))

/** Runs the command where what it keeps of a failure is in nobody's way. */
async function fuzz(args: readonly string[], { isPlanted = false, env = {} } = {}) {
  const imports = isPlanted ? ['--import', planted] : []
  const cwd = await temporaryFolder()
  return await run(process.execPath, [...imports, main, 'fuzz', ...args], { cwd, env })
}

/** What the line that replays a failure has after the name of the command. */
function replayOf(stdout: string): string[] {
  const line = /^Replay it: +npx driftpin fuzz (.+)$/m.exec(stdout)![1]!
  return line.split(' ').map((word) => word.replaceAll("'", ''))
}

/** All that is said of a failure, but not how it was found. */
const failureOf = (stdout: string) => stdout.slice(0, stdout.indexOf('Its database:'))

test('a failure is found again by the line that the report has for it', async () => {
  const args = ['--runs', '200', '--seed', '4', '--commands', '12']
  const found = await fuzz(args, { isPlanted: true })
  expect(found.code).toBe(1)
  const replayed = await fuzz(replayOf(found.stdout), { isPlanted: true })
  expect(failureOf(replayed.stdout)).toBe(failureOf(found.stdout))
  expect(replayed.code).toBe(1)
  // Where nothing is planted it breaks nothing, and says no more than that.
  const fine = await fuzz(replayOf(found.stdout))
  expect(fine.stdout).toMatch(/^PGlite .+\n.+\nEvery law held\.\n$/)
  expect(fine.code).toBe(0)
})

test('each history is run twice where that is asked for', async () => {
  const args = ['--runs', '3', '--seed', '1', '--commands', '10', '--json']
  const once = JSON.parse((await fuzz(args)).stdout)
  const { code, stdout } = await fuzz([...args, '--doublecheck'])
  const twice = JSON.parse(stdout)
  expect(code).toBe(0)
  expect(twice).toMatchObject({ runs: 3, commands: 2 * once.commands, failure: null })
})

test('a run that is for some time ends when it is over', async () => {
  const { code, stdout } = await fuzz(['--minutes', '0.02'])
  expect(stdout).toMatch(/Every law held\.\n$/)
  expect(code).toBe(0)
})

describe.each(serverMajors)('on PostgreSQL %i', (major) => {
  const name = uniqueName('fuzz')
  const server = serverUrl(major)
  const url = new URL(urlWith(server, { pathname: `/${name}` }))
  let client: pg.Client

  beforeAll(async () => {
    await queryOnce(server, `CREATE DATABASE ${name}`)
    client = new pg.Client({ connectionString: url.href })
    await client.connect()
  })

  afterAll(async () => {
    await client.end()
    await queryOnce(server, `DROP DATABASE ${name}`)
  })

  async function ownSchemas(): Promise<string[]> {
    const { rows } = await client.query(
      "SELECT nspname AS name FROM pg_namespace WHERE nspname ~ '^driftpin.laws' ORDER BY 1",
    )
    return rows.map((row) => row.name)
  }

  test('every law holds, and nothing is left behind', async () => {
    const args = ['--database', url.href, '--runs', '3', '--seed', '1', '--commands', '10']
    const { code, stdout, stderr } = await fuzz(args)
    expect(stdout).toContain(`PostgreSQL ${major}.`)
    expect(stdout).toMatch(/Every law held\.\n$/)
    expect(code).toBe(0)
    expect(stdout + stderr).not.toContain(url.password)
    expect(await ownSchemas()).toEqual([])
  })

  test('a failure is replayed by its line and a password, and its schemas are kept', async () => {
    const args = ['--database', url.href, '--runs', '200', '--seed', '3', '--commands', '10']
    const found = await fuzz(args, { isPlanted: true })
    // Another chat is archived, or only its time is moved where it was archived already.
    expect(found.stdout).toMatch(/^Law (5, Isolation|9, Clock): /)
    expect(found.code).toBe(1)
    expect(found.stdout + found.stderr).not.toContain(url.password)
    const kept = await ownSchemas()
    expect(kept).toHaveLength(2)
    for (const schema of kept) expect(found.stdout).toContain(`"${schema}"`)
    const env = { PGPASSWORD: url.password }
    const replayed = await fuzz(replayOf(found.stdout), { isPlanted: true, env })
    expect(failureOf(replayed.stdout)).toBe(failureOf(found.stdout))
    for (const schema of await ownSchemas()) await client.query(`DROP SCHEMA "${schema}" CASCADE`)
  })

  test('it is compared with PGlite, and says with what', async () => {
    const args = ['--against', url.href, '--runs', '3', '--seed', '1', '--commands', '10']
    const { code, stdout, stderr } = await fuzz(args)
    expect(stdout).toMatch(new RegExp(`^PGlite .+ and PostgreSQL ${major}\\..+, seed 1$`, 'm'))
    expect(stdout).toMatch(/Every law held\.\n$/)
    expect(code).toBe(0)
    expect(stdout + stderr).not.toContain(url.password)
    expect(await ownSchemas()).toEqual([])
  })

  test('Ctrl-C ends it after a history, with what was exercised and nothing left behind', async () => {
    const cwd = await temporaryFolder()
    const args = [main, 'fuzz', '--database', url.href, '--minutes', '30']
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk
      })
    }
    const ended = once(child, 'close')
    while ((await ownSchemas()).length < 2 && child.exitCode === null) await sleep(50)
    child.kill('SIGINT')
    expect(await ended).toEqual([130, null])
    expect(said).toContain('Stopping after this history.')
    expect(said).toMatch(/^create workspace +\d/m)
    expect(said).toMatch(/^(Stopped\. Every law held so far|Nothing was checked: .+)\.$/m)
    expect(await ownSchemas()).toEqual([])
  })
})

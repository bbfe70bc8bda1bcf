import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeFolder, nodeMajors } from '../support/node-binary.js'
import { run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))

const entries = `
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
const { exports } = JSON.parse(readFileSync(new URL(import.meta.resolve('driftpin/package.json'))))
const told = {}
for (const [name, target] of Object.entries(exports)) {
  const entry = name.replace('.', 'driftpin')
  if (typeof target === 'string') {
    told[entry] = readFileSync(fileURLToPath(import.meta.resolve(entry))).length
    continue
  }
  try {
    told[entry] = Object.keys(await import(entry)).length
  } catch (error) {
    told[entry] = error.message
  }
}
console.log(JSON.stringify(told))
`

const vitestTest = `
import { createChat, listChats } from 'driftpin'
import { test } from 'driftpin/vitest'
import { expect } from 'vitest'

test('a chat is there', async ({ db }) => {
  const ownerId = crypto.randomUUID()
  await createChat(db, { ownerId })
  expect((await listChats(db, { ownerId })).chats).toHaveLength(1)
})
test('and gone in the next test', async ({ db }) => {
  expect((await db.query('SELECT FROM chats')).rowCount).toBe(Number(process.env.CHATS ?? 0))
})
`

const nodeTest = `
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openHarness } from 'driftpin/harness'

test('a database is rewound', async () => {
  const harness = await openHarness()
  const db = await harness.createDatabase()
  const mark = await db.mark()
  const before = await db.digest()
  await db.query('DROP SCHEMA public CASCADE')
  await db.rewind(mark)
  assert.equal(await db.digest(), before)
  await harness.close()
})
`

/** Installs the package from its tarball in an empty folder, with these beside it. */
async function install(folder: string, node: string, beside: readonly string[]): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  expect(await run('npm', pack, { cwd: repository })).toMatchObject({ code: 0 })
  const tarball = (await readdir(folder)).find((name) => name.endsWith('.tgz'))!
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts']
  const env = { PATH: `${node}${delimiter}${process.env.PATH}` }
  const args = ['install', ...flags, `./${tarball}`, ...beside]
  expect(await run('npm', args, { cwd: folder, env })).toMatchObject({ code: 0 })
}

describe.each(nodeMajors)('the packed package on Node %i', (major) => {
  let node: string
  let folder: string
  const runNode = (args: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    run(join(node, 'node'), args, { cwd: folder, env: { NODE_OPTIONS: '', CI: '1', ...env } })

  beforeAll(async () => {
    node = await nodeFolder(major)
    folder = await mkdtemp(join(tmpdir(), 'driftpin-test-node-'))
    await install(folder, node, ['vitest@4', 'fast-check@4'])
    await writeFile(join(folder, 'entries.mjs'), entries)
    await mkdir(join(folder, 'test'))
    await writeFile(join(folder, 'test/chats.test.js'), vitestTest)
    await mkdir(join(folder, 'node-test'))
    await writeFile(join(folder, 'node-test/rewind.test.js'), nodeTest)
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('is the version that it says', async () => {
    expect((await runNode(['--version'])).stdout).toMatch(new RegExp(`^v${major}\\.`))
  })

  test('has every entry point', async () => {
    const { code, stdout, stderr } = await runNode(['entries.mjs'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const told: Record<string, unknown> = JSON.parse(stdout)
    // Outside of a test, vitest says of itself that it is not to be imported.
    const { 'driftpin/vitest': test, 'driftpin/workbench/vitest': migrations, ...others } = told
    for (const one of [test, migrations]) expect(String(one)).toMatch(/vitest|^\d+$/i)
    expect(Object.values(others).filter((one) => typeof one !== 'number' || one < 1)).toEqual([])
  })

  test('runs a test of vitest, and one that fails is red', async () => {
    const args = ['node_modules/vitest/vitest.mjs', 'run', '--dir', 'test']
    const { code, stdout, stderr } = await runNode(args)
    expect({ code, stdout, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toMatch(/2 passed/)
    expect(await runNode(args, { CHATS: '1' })).toMatchObject({ code: 1 })
  })

  test('runs a test of node:test', async () => {
    const { code, stdout } = await runNode(['--test', 'node-test/rewind.test.js'])
    expect({ code, stdout }).toMatchObject({ code: 0 })
  })

  test('has a command line that migrates a database of its own and asks it', async () => {
    const main = 'node_modules/driftpin/dist/cli/main.js'
    expect(await runNode([main, 'migrate', 'up', '--data', '.dev'])).toMatchObject({ code: 0 })
    const asked = ['query', 'SELECT count(*) FROM chats', '--data', '.dev', '--json']
    const { code, stdout, stderr } = await runNode([main, ...asked])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual([{ count: 0 }])
  })
})

test('an image that one Node has made serves the others', async () => {
  const cache = await temporaryFolder()
  for (const major of nodeMajors) {
    const node = await nodeFolder(major)
    const folder = await temporaryFolder()
    await install(folder, node, [])
    await writeFile(
      join(folder, 'open.mjs'),
      `import { openHarness } from 'driftpin/harness'
      const harness = await openHarness()
      await harness.createDatabase()
      const { imagesBuilt, imagesReused, fallbacks } = harness.statistics
      console.log(JSON.stringify({ imagesBuilt, imagesReused, fallbacks }))
      await harness.close()`,
    )
    const env = { NODE_OPTIONS: '', DRIFTPIN_CACHE_DIR: cache }
    const { stdout } = await run(join(node, 'node'), ['open.mjs'], { cwd: folder, env })
    const isFirst = major === nodeMajors[0]
    const expected = isFirst ? { imagesBuilt: 1 } : { imagesBuilt: 0, imagesReused: 1 }
    expect(JSON.parse(stdout)).toMatchObject({ ...expected, fallbacks: {} })
  }
})

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from '../support/run-command.js'
import { brokenWalls } from './broken-walls.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const linesMax = 300

const { stdout } = await run('git', ['ls-files', '-co', '--exclude-standard'], { cwd: repository })
const files = stdout.split('\n').filter((name) => name !== '' && name !== 'package-lock.json')
const read = (name: string) => readFile(join(repository, name), 'utf8').catch(() => '')

test('no import goes through a wall', async () => {
  const sources = (await readdir(join(repository, 'src'), { recursive: true })).filter((name) =>
    name.endsWith('.ts'),
  )
  const broken = await Promise.all(
    sources.map(async (name) => brokenWalls(name, await read(join('src', name)))),
  )
  expect(sources.length).toBeGreaterThan(50)
  expect(broken.flat()).toEqual([])
})

test.each([
  ["import { push } from '../context/push.js'", 'database/turn.ts'],
  ["import {\n  push,\n} from '../context/push.js'", 'scan/scan.ts'],
  ["import { readFile } from 'node:fs'", 'migrations/ledger.ts'],
  ["import pg from 'pg'", 'context/push.ts'],
  ["export { PGlite } from '@electric-sql/pglite'", 'database/from-pglite.ts'],
  ["import '../cli/main.js'", 'schema/row.ts'],
  ["const run = () => import('../cli/main.js')", 'schema/row.ts'],
  ["import type { Push } from '../context/push.js'", 'schema/row.ts'],
  ["export type { Push } from '../context/push.js'", 'scan/scan.ts'],
  ['', 'attic/box.ts'],
])('the keeper of the walls sees %j in %s', (text, file) => {
  expect(brokenWalls(file, text)).toHaveLength(1)
})

test('no file is longer than what one idea needs', async () => {
  const own = files.filter((name) => /\.ts$/.test(name) && !name.includes('generated'))
  const lengths = await Promise.all(
    own.map(async (name) => ({ name, lines: (await read(name)).split('\n').length - 1 })),
  )
  expect(lengths.filter(({ lines }) => lines > linesMax)).toEqual([])
})

test('no text has an em or en dash', async () => {
  const dashed: string[] = []
  for (const name of files) {
    if (/[\u2013\u2014]/.test(await read(name))) dashed.push(name)
  }
  expect(dashed).toEqual([])
})

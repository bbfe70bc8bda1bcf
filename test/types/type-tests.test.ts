import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from '../support/run-command.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const folder = new URL('./', import.meta.url)

/** One line of each file of type tests, what it is changed to, and what the compiler has to say. */
const changes = [
  [
    'harness.test-d.ts',
    "toEqualTypeOf<'rewind' | 'fork'>()",
    'toEqualTypeOf<Isolation>()',
    'TS2344',
  ],
  ['operations.test-d.ts', 'toEqualTypeOf<number>()', 'toEqualTypeOf<bigint>()', 'TS2344'],
  ['schema.test-d.ts', "select('titel')", "select('title')", 'TS2578'],
  ['tools.test-d.ts', 'toBeBoolean()', 'toBeString()', 'TS2349'],
] as const

test('a type test that does not hold is an error of the check', async () => {
  await mkdir(join(repository, '.driftpin'), { recursive: true })
  const copy = await mkdtemp(join(repository, '.driftpin/types-'))
  try {
    for (const [name, from, to] of changes) {
      const text = await readFile(new URL(name, folder), 'utf8')
      expect(text).toContain(from)
      await writeFile(
        join(copy, name),
        text.replace(from, () => to),
      )
    }
    const config = { extends: '../../tsconfig.json', include: ['*.ts'] }
    await writeFile(join(copy, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(repository, 'node_modules/typescript/bin/tsc')
    const args = [tsc, '--pretty', 'false', '-p', copy]
    const { stdout } = await run(process.execPath, args, { cwd: copy })
    const told = [...stdout.matchAll(/^(\S+?)\(\d+,\d+\): error (TS\d+)/gm)]
    expect(told.map(([, name, code]) => [name, code]).toSorted()).toEqual(
      changes.map(([name, , , code]) => [name, code]),
    )
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
})

test('the check reads all type tests, and each has its change here', async () => {
  const config = JSON.parse(await readFile(join(repository, 'tsconfig.json'), 'utf8'))
  expect(config.include).toContain('test')
  const all = (await readdir(folder)).filter((name) => name.endsWith('.test-d.ts'))
  expect(all.toSorted()).toEqual(changes.map(([name]) => name))
})

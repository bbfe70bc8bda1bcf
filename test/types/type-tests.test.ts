import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from '../support/run-command.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const folder = new URL('./', import.meta.url)

/** What the compiler says of the type tests, one of them changed. */
async function checkChanged(name: string, from: string, to: string): Promise<string> {
  await mkdir(join(repository, '.driftpin'), { recursive: true })
  const copy = await mkdtemp(join(repository, '.driftpin/types-'))
  try {
    const text = await readFile(new URL(name, folder), 'utf8')
    expect(text).toContain(from)
    const changed = text.replace(from, to)
    await writeFile(join(copy, name), changed)
    const config = { extends: '../../tsconfig.json', include: ['*.ts'] }
    await writeFile(join(copy, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(repository, 'node_modules/typescript/bin/tsc')
    return (await run(process.execPath, [tsc, '--pretty', 'false', '-p', copy])).stdout
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

test.each([
  ['operations.test-d.ts', 'toEqualTypeOf<bigint>()', 'toEqualTypeOf<number>()', 'TS2344'],
  ['schema.test-d.ts', "select('titel')", "select('title')", 'TS2578'],
  ['tools.test-d.ts', 'toEqualTypeOf<TestDatabase>()', 'toEqualTypeOf<string>()', 'TS2344'],
])('a type test of %s that does not hold is an error of the check', async (...change) => {
  const [name, from, to, code] = change
  const said = (await checkChanged(name, from, to)).trim().split('\n')
  expect(
    said.filter((line) => line.includes('error')).map((line) => line.split(/[ :]+/)[2]),
  ).toEqual([code])
})

test('the check reads all type tests', async () => {
  const config = JSON.parse(await readFile(join(repository, 'tsconfig.json'), 'utf8'))
  expect(config.include).toContain('test')
  expect((await readdir(folder)).filter((name) => name.endsWith('.test-d.ts'))).toHaveLength(3)
})

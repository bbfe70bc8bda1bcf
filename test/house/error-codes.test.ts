import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const source = fileURLToPath(new URL('../../src/', import.meta.url))
const folders = (await readdir(source, { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

const declaration = 'error-codes.ts'

async function textsOf(folder: string): Promise<string[]> {
  const names = await readdir(join(source, folder), { recursive: true })
  const files = names.filter((name) => name.endsWith('.ts') && name !== declaration)
  return await Promise.all(files.map((name) => readFile(join(source, folder, name), 'utf8')))
}

const thrownIn = (text: string) =>
  [...text.matchAll(/(?:new DriftpinError|super)\(\s*'(\w+)'/g)].map(([, code]) => code!)

const declared = new Map(
  await Promise.all(
    folders.map(async (folder) => {
      const text = await readFile(join(source, folder, declaration), 'utf8').catch(() => '')
      const codes = [...text.replace(/\/\*.*?\*\//s, '').matchAll(/'(\w+)'/g)]
      return [folder, codes.map(([, code]) => code!)] as const
    }),
  ),
)

describe.each(folders)('the error codes of src/%s', (folder) => {
  test('are declared in the folder that throws them, and each is used', async () => {
    const texts = await textsOf(folder)
    const thrown = [...new Set(texts.flatMap(thrownIn))].sort()
    // The command line throws what the folders below it declare, and prints it.
    const own = folder === 'cli' ? [...declared.values()].flat() : declared.get(folder)!
    expect(thrown.filter((code) => !own.includes(code))).toEqual([])
    const unused = declared.get(folder)!.filter((code) => {
      return !texts.some((text) => text.includes(`'${code}'`))
    })
    expect(unused).toEqual([])
  })
})

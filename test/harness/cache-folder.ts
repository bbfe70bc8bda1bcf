import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, vi } from 'vitest'

/** A folder for the images of a whole test file, so that they are built once. */
export function useCacheFolder() {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'driftpin-test-cache-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  return {
    path: (...names: readonly string[]) => join(folder, ...names),

    /** A folder of migrations in it, one file for each text, in their order. */
    async migrations(name: string, ...texts: readonly string[]): Promise<string> {
      const directory = join(folder, name)
      await mkdir(directory, { recursive: true })
      for (const [index, text] of texts.entries()) {
        await writeFile(join(directory, `${index + 1}_step.sql`), text)
      }
      return directory
    },
  }
}

/** The harness as a process that has just begun has it: it remembers no image. */
export async function freshHarness() {
  vi.resetModules()
  return import('../../src/harness/index.js')
}

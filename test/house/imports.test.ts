import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from '../support/run-command.js'
import { type Files, folderOf } from '../support/temporary-folder.js'

// The order of the folders of src, their doors and cycles are rules of biome.json, and
// `npm run check` applies them. These tests plant defects, so that a rule cannot be lost unseen.

const repository = fileURLToPath(new URL('../../', import.meta.url))

/** The findings in these files, in a folder of their own with the rules of the repository. */
async function lint(files: Files): Promise<string> {
  const rules = await readFile(join(repository, 'biome.json'), 'utf8')
  const cwd = await folderOf({ ...files, 'biome.json': rules })
  const biome = join(repository, 'node_modules/@biomejs/biome/bin/biome')
  const only = ['style/noRestrictedImports', 'suspicious/noImportCycles']
  const args = ['lint', '--vcs-enabled=false', ...only.map((rule) => `--only=${rule}`), '.']
  const { stdout, stderr } = await run(process.execPath, [biome, ...args], { cwd })
  return stdout + stderr
}

test('the rules know every folder of src', async () => {
  const { overrides } = JSON.parse(await readFile(join(repository, 'biome.json'), 'utf8'))
  const known = overrides.flatMap((one: { includes: string[] }) => one.includes)
  const entries = await readdir(join(repository, 'src'), { withFileTypes: true })
  const folders = entries.filter((entry) => entry.isDirectory())
  expect(folders.filter(({ name }) => !known.includes(`src/${name}/**`))).toEqual([])
})

test.each([
  ['database/turn.ts', "export { push } from '../context/index.js'"],
  ['scan/scan.ts', "export {\n  push,\n} from '../context/index.js'"],
  ['schema/tables.ts', "import '../cli/index.js'"],
  ['schema/tables.ts', "export const run = () => import('../cli/index.js')"],
  ['catalog/facts.ts', "export type { Push } from '../schema/index.js'"],
  ['pglite/engine/mark.ts', "export { readMigrations } from '../../migrations/index.js'"],
  ['workbench/lint.ts', "export type { Law } from '../laws/index.js'"],
])('an upward import is reported: %s %s', async (file, text) => {
  expect(await lint({ [`src/${file}`]: text })).toContain('An import never runs upward')
})

test.each([
  ['migrations/ledger.ts', "export { readFile } from 'node:fs'"],
  ['context/push.ts', "export { default } from 'pg'"],
  ['database/from-pglite.ts', "export { PGlite } from '@electric-sql/pglite'"],
])(
  'a folder that a backend loads needs no engine and no Node module: %s %s',
  async (file, text) => {
    expect(await lint({ [`src/${file}`]: text })).toContain('A backend loads this folder')
  },
)

test.each([
  ['cli/main.ts', "export { push } from '../context/push.js'"],
  ['harness/server/worker.ts', "export type { Turn } from '../../database/turn.js'"],
  ['index.ts', "export { push } from './context/push.js'"],
])('an import past the index of another folder is reported: %s %s', async (file, text) => {
  expect(await lint({ [`src/${file}`]: text })).toContain("Import the other folder's index.js")
})

test('a cycle of imports is reported, of types too', async () => {
  const output = await lint({
    'src/schema/one.ts': "import type { Two } from './two.js'\nexport type One = Two[]\n",
    'src/schema/two.ts': "import type { One } from './one.js'\nexport type Two = One[]\n",
  })
  expect(output).toContain('noImportCycles')
})

test('imports that keep the order are accepted', async () => {
  const output = await lint({
    'src/schema/limits.ts': 'export const limits = 1\n',
    'src/schema/index.ts': "export { limits } from './limits.js'\n",
    'src/context/push.ts':
      "import { limits } from '../schema/index.js'\nexport const push = () => limits\n",
    'src/harness/image.ts': "export { readFile } from 'node:fs'\n",
    'src/index.ts': "export { limits } from './schema/index.js'\n",
  })
  expect(output).not.toMatch(/lint\//)
})

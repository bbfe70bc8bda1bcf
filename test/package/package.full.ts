import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { loadedModules } from '../support/loaded-modules.js'
import { run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const bin = (name: string) => join(repository, 'node_modules/.bin', name)

async function packed(): Promise<string> {
  const folder = await temporaryFolder()
  // Built when the run began.
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder]
  const { code, stderr } = await run('npm', args, { cwd: repository })
  expect({ code, stderr }).toMatchObject({ code: 0 })
  return join(folder, (await readdir(folder))[0]!)
}

test('the packed package holds together, and installs and runs in an empty folder', async () => {
  const tarball = await packed()
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const attwArgs = [tarball, '--profile', 'esm-only', '--exclude-entrypoints', './schema.sql']
  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball]
  // The last waits for the network, where it has to.
  const [lint, types, installing] = await Promise.all([
    run(bin('publint'), [tarball, '--strict']),
    run(bin('attw'), attwArgs),
    run('npm', install, { cwd: folder }),
  ])
  expect({ code: lint.code, said: lint.stdout }).toMatchObject({ code: 0 })
  expect({ code: types.code, said: types.stdout }).toMatchObject({ code: 0 })
  expect(installing).toMatchObject({ code: 0 })

  const exports = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8')).exports
  const entries = Object.keys(exports).filter((name) => !/\.(sql|json)$/.test(name))
  const light = ['.', './connections', './scan', './vitest-reporter']
  // The first two bring PGlite; the others need vitest or fast-check beside them.
  const others = [
    './harness',
    './workbench',
    './workbench/vitest',
    './vitest',
    './laws',
    './arbitraries',
  ]
  expect(entries.toSorted()).toEqual([...light, ...others].toSorted())
  for (const [entry, name] of [
    ['harness', 'openHarness'],
    ['workbench', 'generateTruths'],
  ]) {
    const load = `import("driftpin/${entry}").then((all) => process.exit(+!all.${name}))`
    expect(await run(process.execPath, ['-e', load], { cwd: folder })).toMatchObject({ code: 0 })
  }
  const linting =
    'import("driftpin/workbench").then(({ lintMigrations }) => lintMigrations())' +
    '.then(() => process.exit(1), ({ message }) => process.exit(+!message.includes("npm install")))'
  expect(await run(process.execPath, ['-e', linting], { cwd: folder })).toMatchObject({ code: 0 })
  for (const entry of light) {
    const name = entry.replace('.', 'driftpin')
    const loaded = (await loadedModules(folder, name)).join('\n')
    expect(loaded).toContain('/driftpin/dist/')
    expect(loaded).not.toMatch(/node_modules\/(@electric-sql|vitest|fast-check|pg)\/|\.wasm/)
  }
  const sql = join(folder, 'node_modules/driftpin/dist/schema/schema.sql')
  expect(await readFile(sql, 'utf8')).toContain('CREATE TABLE public.chat_context_resources')

  const shipped = 'node_modules/driftpin/examples/workspace'
  const installed = join(folder, 'node_modules/.bin/driftpin')
  const found = await run(installed, ['scan', shipped, '--json'], { cwd: folder })
  expect({ code: found.code, stderr: found.stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(found.stdout).resources).toHaveLength(6)
})

test('the package has what was built, its example and its papers, and nothing else', async () => {
  const pack = await run('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], {
    cwd: repository,
  })
  const [{ files }] = JSON.parse(pack.stdout)
  const paths: string[] = files.map(({ path }: { path: string }) => path)
  const allowed =
    /^dist\/[\w/.-]+\.(js|d\.ts)$|^dist\/schema\/(schema\.sql|manifest\.json)$|^examples\/workspace\//
  const others = paths.filter((path) => !allowed.test(path))
  expect(others.toSorted()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'])
  const main = files.find(({ path }: { path: string }) => path === 'dist/cli/main.js')
  expect(main.mode & 0o111).toBe(0o111)
})

test('a backend that imports driftpin loads itself and four small packages, and nothing of Node', async () => {
  const loaded = await loadedModules(repository, 'driftpin')
  const strange = loaded.filter(
    (url) =>
      !/\/dist\/(?!cli|laws|harness)|node_modules\/(zod|postgres-array|diff|fastest-levenshtein)\//.test(
        url,
      ),
  )
  expect(strange).toEqual([])
})

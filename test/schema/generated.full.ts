import { cp, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { run } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))

const generate = (root: string, ...args: string[]) =>
  run(process.execPath, ['--import', 'tsx', 'scripts/generate.ts', ...args], { cwd: root })

/** Where the generated files are: what `scripts/generate.ts` itself says that it makes. */
async function generatedFiles(): Promise<string[]> {
  const script = await readFile(join(repository, 'scripts/generate.ts'), 'utf8')
  return [...script.matchAll(/file: '([\w/.]+)'/g)].map(([, file]) => file!)
}

/** What generating needs, in a folder of its own. */
async function copyOfRepository(): Promise<string> {
  const root = await temporaryFolder()
  for (const part of ['src', 'scripts', 'docs', 'package.json', 'tsconfig.json']) {
    await cp(join(repository, part), join(root, part), { recursive: true })
  }
  await symlink(join(repository, 'node_modules'), join(root, 'node_modules'))
  return root
}

test('the check turns red for what is stale, and generating makes the committed files again', async () => {
  const root = await copyOfRepository()
  const files = await generatedFiles()
  expect(files).toHaveLength(9)
  const contents = () => Promise.all(files.map((file) => readFile(join(root, file), 'utf8')))
  const committed = await contents()
  const migration = 'src/migrations/sql/000003_create_chat_files.up.sql'
  const sql = await readFile(join(root, migration), 'utf8')
  await writeFile(join(root, migration), sql.replaceAll('chat_files_pkey', 'chat_files_id_pkey'))

  const check = await generate(root, '--check')
  expect(check.code).toBe(1)
  // Fixtures, keys, imports and laws do not depend on the name of a constraint.
  const stale = files.filter((file) => check.stderr.includes(`${file} is stale: run \`npm run`))
  const others = /\/(fixtures\.ts|schema\.svg|rooms\.svg|laws\.md)$/
  expect(stale).toEqual(files.filter((file) => !others.test(file)))
  expect(await contents()).toEqual(committed)

  // Once is enough, although the reference is made from a generated file.
  const made = await generate(root)
  expect(made.stdout).toContain('wrote docs/reference/driftpin.md')
  expect(await generate(root, '--check')).toMatchObject({ code: 0, stderr: '' })
  for (const [nth, file] of files.entries()) await writeFile(join(root, file), committed[nth]!)

  // With the migration as it was, the only file to write is the one that is spoilt: the others
  // are fresh, and so is that one as it was committed.
  await writeFile(join(root, migration), sql)
  await writeFile(join(root, files[0]!), `${committed[0]}\n`)
  const back = await generate(root)
  expect(back.stdout).toMatch(new RegExp(`^wrote ${files[0]}\nwrote docs/reference/driftpin.md\n$`))
  expect(await contents()).toEqual(committed)
})

test('each generated file begins with the command that makes it', async () => {
  for (const file of await generatedFiles()) {
    const [first] = (await readFile(join(repository, file), 'utf8')).split('\n', 1)
    expect(first).toContain('npm run generate')
  }
})

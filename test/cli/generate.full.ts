import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { driftpin } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { writePair } from '../workbench/write-pair.js'

const hideTools = fileURLToPath(new URL('generate-hide-tools.mjs', import.meta.url))

test('generate makes the files, and its check fails for what is stale with what to run', async () => {
  const root = await temporaryFolder()
  const [migrations, out] = [join(root, 'migrations'), join(root, 'out put')]
  await writePair(migrations, '001_boats', 'CREATE TABLE boats (id int PRIMARY KEY);')
  const generate = (...more: string[]) =>
    driftpin(['generate', migrations, '--out', out, '--owner', 'boats', ...more])
  const made = await generate('--json')
  expect(JSON.parse(made.stdout)).toEqual({
    written: ['schema.sql', 'manifest.json', 'tables.ts'],
  })
  const dump = await readFile(join(out, 'schema.sql'), 'utf8')
  const stale = dump.replace('id integer', 'id bigint')
  await writeFile(join(out, 'schema.sql'), stale)
  const check = await generate('--check')
  expect(check).toMatchObject({ code: 1, stderr: '' })
  expect(check.stdout.split('\n')).toEqual([
    'schema.sql is stale.',
    '  -     id bigint NOT NULL',
    '  +     id integer NOT NULL',
    `Run: driftpin generate ${migrations} --out '${out}' --owner boats`,
    '',
  ])
  expect(await readFile(join(out, 'schema.sql'), 'utf8')).toBe(stale)
  expect((await generate()).stdout).toBe('wrote schema.sql\n')
  expect(await readFile(join(out, 'schema.sql'), 'utf8')).toBe(dump)
})

test('without the tools, manifest and types are made, and schema.sql says what to install', async () => {
  const out = join(await temporaryFolder(), 'out')
  const refused = await driftpin(['generate', '--out', out], [hideTools])
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('npm install --save-dev @electric-sql/pglite-tools')
  expect(refused.stderr).toContain('--only manifest,types')
  await expect(readdir(out)).rejects.toMatchObject({ code: 'ENOENT' })
  const made = await driftpin(['generate', '--out', out, '--only', 'manifest,types'], [hideTools])
  expect(made).toMatchObject({ code: 0, stderr: '' })
  expect(await readdir(out)).toEqual(['manifest.json', 'tables.ts'])
})

test.each([
  ['drizzle', 'drizzle.ts', "export const boats = pgTable('boats', {"],
  ['prisma', 'models.prisma', 'model Boats {'],
])(
  'generate for %s makes one file, and its check fails when it is stale',
  async (target, file, text) => {
    const root = await temporaryFolder()
    const [migrations, out] = [join(root, 'migrations'), join(root, 'out')]
    await writePair(migrations, '001_boats', 'CREATE TABLE boats (id int PRIMARY KEY);')
    const generate = (...more: string[]) =>
      driftpin(['generate', migrations, '--out', out, '--target', target, ...more])
    expect((await generate()).stdout).toBe(`wrote ${file}\n`)
    expect(await readFile(join(out, file), 'utf8')).toContain(text)
    expect(await generate('--check')).toMatchObject({ code: 0 })
    await writePair(migrations, '002_masts', 'ALTER TABLE boats ADD masts int;')
    const check = await generate('--check')
    expect(check.code).toBe(1)
    expect(check.stdout).toContain(
      `driftpin generate ${migrations} --out ${out} --target ${target}\n`,
    )
    expect(await readdir(out)).toEqual([file])
  },
)

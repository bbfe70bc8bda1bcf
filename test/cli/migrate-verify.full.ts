import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { driftpin } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'

test('migrate verify tells what does not hold, as text and as JSON, and ends with 1', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'fixtures'))
  const files = {
    '1_create_boats.up.sql': 'CREATE TABLE boats (id integer PRIMARY KEY)',
    '1_create_boats.down.sql': 'DROP TABLE boats',
    'fixtures/1_create_boats.sql': 'INSERT INTO boats VALUES (1)',
    '2_index.up.sql': 'CREATE INDEX IF NOT EXISTS boats_by_id ON boats (id)',
    '2_index.down.sql': 'SELECT 1',
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const [text, json] = await Promise.all([
    driftpin(['migrate', 'verify', folder]),
    driftpin(['migrate', 'verify', folder, '--json']),
  ])
  expect(text).toMatchObject({ code: 1, stderr: '' })
  const lines = text.stdout.split('\n')
  expect(lines[0]).toMatch(/^1_create_boats\.up\.sql {2}verified {2}\S.*, 1 row$/)
  expect(lines[1]).toMatch(/^2_index\.up\.sql {2}failed {2}/)
  expect(text.stdout).toContain('+ CREATE INDEX boats_by_id ON public.boats USING btree (id);')
  expect(text.stdout).toMatch(/2 migrations, 1 finding, in /)
  expect(json).toMatchObject({ code: 1, stderr: '' })
  expect(JSON.parse(json.stdout)).toMatchObject({
    ok: false,
    findings: [{ version: 2, file: '2_index.down.sql', check: 'schema after down' }],
  })
})

test('migrate verify of no folder is wrong use', async () => {
  const folder = join(await temporaryFolder(), 'none')
  const { code, stderr } = await driftpin(['migrate', 'verify', folder])
  expect(code).toBe(2)
  expect(stderr).toContain('cannot be read')
})

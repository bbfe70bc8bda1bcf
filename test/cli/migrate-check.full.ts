import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createMigrator, fromPg } from '../../src/index.js'
import { newestMigration } from '../support/our-migrations.js'
import { driftpin } from '../support/run-command.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { writePair } from '../workbench/write-pair.js'

const newest = String(newestMigration.version)

const { url } = inject('servers').at(0)!

describe('migrate check and migrate adopt on a server', () => {
  const schema = 'cli check'
  const at = ['--database', url, '--schema', schema]
  let pool: pg.Pool

  beforeAll(async () => {
    pool = new pg.Pool({ connectionString: url, max: 1 })
    await createMigrator(fromPg(pool, { schema })).up()
  })
  afterAll(async () => {
    await pool.query(`DROP SCHEMA "${schema}" CASCADE`)
    await pool.end()
  })

  test('a mismatch is printed with what was expected, and ends with 1', async () => {
    await pool.query(`ALTER TABLE "${schema}".chats ALTER title DROP DEFAULT;
      ALTER TABLE "${schema}".chats ADD tenant int NOT NULL;
      DROP INDEX "${schema}".chats_agent_id_idx`)
    const check = await driftpin(['migrate', 'check', ...at])
    expect(check.code).toBe(1)
    expect(check.stdout.split('\n')).toEqual([
      'column chats.tenant is extra: an INSERT of the code has no value for it, and fails',
      '  actual:   integer NOT NULL',
      'column chats.title differs',
      "  expected: text DEFAULT 'New Chat'::text NOT NULL",
      '  actual:   text NOT NULL',
      'index chats_agent_id_idx is missing',
      '  expected: CREATE INDEX chats_agent_id_idx ON chats USING btree (agent_id) WHERE agent_id IS NOT NULL',
      '',
    ])
    const json = await driftpin(['migrate', 'check', '--json', ...at])
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject([
      { kind: 'extra' },
      { kind: 'differs' },
      { kind: 'missing' },
    ])

    // With that, there is nothing to take over either.
    await pool.query(`DROP TABLE "${schema}".driftpin_migrations`)
    const adopt = await driftpin(['migrate', 'adopt', '--version', newest, ...at])
    expect(adopt.code).toBe(1)
    expect(adopt.stdout).toBe(check.stdout)
    expect(adopt.stderr).toContain('column chats.tenant is extra')
    await pool.query(`ALTER TABLE "${schema}".chats ALTER title SET DEFAULT 'New Chat', DROP tenant;
      CREATE INDEX chats_agent_id_idx ON "${schema}".chats (agent_id) WHERE agent_id IS NOT NULL`)
  })

  test('adopt says what it would note, and then notes it', async () => {
    const dry = await driftpin(['migrate', 'adopt', '--version', newest, '--dry-run', ...at])
    expect(dry).toMatchObject({ code: 0, stderr: '' })
    expect(dry.stdout).toContain('would be recorded as applied: 1 create_workspaces')
    expect(dry.stdout).toContain('Nothing was written.')
    const { rows } = await pool.query(
      `SELECT to_regclass('"${schema}".driftpin_migrations') AS ledger`,
    )
    expect(rows).toEqual([{ ledger: null }])

    const done = await driftpin(['migrate', 'adopt', '--version', newest, '--json', ...at])
    expect(JSON.parse(done.stdout)).toMatchObject({
      version: newestMigration.version,
      toldBy: 'caller',
      written: true,
    })
    expect((await driftpin(['migrate', 'up', ...at])).stdout).toBe('Nothing to do.\n')
    expect(await driftpin(['migrate', 'check', ...at])).toMatchObject({
      code: 0,
      stdout: 'The schema equals the schema that the code expects.\n',
    })
  })

  test('a folder is compared in every schema it names, and what is pending is said', async () => {
    const folder = await temporaryFolder()
    await writePair(
      folder,
      '1_quay',
      `CREATE SCHEMA "${schema} quay"; CREATE TABLE "${schema} quay".q ()`,
    )
    const theirs = [...at, '--migrations', folder, '--ledger', 'quay_migrations']
    const pending = await driftpin(['migrate', 'check', ...theirs])
    expect(pending.code).toBe(1)
    expect(pending.stdout).toBe(
      `schema ${schema} quay is missing\n  expected: CREATE SCHEMA "${schema} quay"\n` +
        'According to quay_migrations, 1 migration is pending. Apply with: driftpin migrate up\n',
    )
    expect((await driftpin(['migrate', 'up', ...theirs])).code).toBe(0)
    expect(await driftpin(['migrate', 'check', ...theirs])).toMatchObject({
      code: 0,
      stdout: 'The schema equals the schema that the code expects.\n',
    })
    await pool.query(`DROP SCHEMA "${schema} quay" CASCADE; DROP TABLE "${schema}".quay_migrations`)
  })

  test('a folder that makes nothing is not said to be as expected', async () => {
    const folder = await temporaryFolder()
    await writePair(folder, '1_nothing', 'SELECT 1')
    const check = await driftpin(['migrate', 'check', ...at, '--migrations', folder])
    expect(check).toMatchObject({
      code: 0,
      stdout: 'The migrations create nothing that can be compared.\n',
    })
  })

  test('the version of the program is still told', async () => {
    expect((await driftpin(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

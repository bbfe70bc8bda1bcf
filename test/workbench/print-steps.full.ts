import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { readCatalog } from '../../src/catalog/index.js'
import { createMigrator, fromPg } from '../../src/index.js'
import { needPrograms, runWith } from '../support/programs.js'
import { driftpin } from '../support/run-command.js'

test.each(inject('servers'))(
  'what is printed makes the same in psql on PostgreSQL $major as the migrator does, and takes it back',
  async ({ major, url }) => {
    await needPrograms('psql')
    const pool = new pg.Pool({ connectionString: url, max: 2 })
    const schemas = [`printed ${process.pid} ${major}`, `migrated ${process.pid} ${major}`] as const
    onTestFinished(async () => {
      for (const schema of schemas) await pool.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
      await pool.end()
    })
    const [printed, migrated] = schemas.map((schema) => fromPg(pool, { schema }))
    const print = async (...args: string[]) =>
      (await driftpin(['migrate', 'print', '--schema', schemas[0], ...args])).stdout
    const psql = async (script: string) => {
      const { code, stderr } = await runWith('psql', ['-X', '-q', url], script)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    }
    const catalogs = async () => {
      const [one, other] = [await readCatalog(printed!), await readCatalog(migrated!)]
      const tables = other.tables.filter(({ name }) => name !== 'driftpin_migrations')
      return [JSON.stringify(one), JSON.stringify({ ...other, tables })].map((text) =>
        schemas.reduce((rest, schema) => rest.replaceAll(schema, 'schema'), text),
      )
    }
    const migrator = createMigrator(migrated!)
    await pool.query(`CREATE SCHEMA "${schemas[0]}"`)
    for (const [from, to] of [
      [0, 6],
      [6, 10],
      [10, 7],
      [7, 9],
      [9, 0],
    ] as const) {
      await psql(await print('--from', String(from), '--to', String(to)))
      await migrator.to(to)
      const [one, other] = await catalogs()
      expect(one).toBe(other)
    }
    // A failure ends the script, so that nothing later runs on half of it.
    await psql(await print('--to', '1'))
    const again = await runWith('psql', ['-X', '-q', url], await print('--from', '0'))
    expect(again.code).toBe(3)
    expect((await readCatalog(printed!)).tables.length).toBeLessThan(4)
  },
)

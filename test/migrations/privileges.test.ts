import pg from 'pg'
import { describe, expect, inject, test } from 'vitest'
import { createMigrator, fromPg } from '../../src/index.js'
import { serverUrl } from '../support/server-url.js'
import { urlWith } from '../support/url-with.js'

describe.each(inject('servers').map(({ major }) => major))('a role on PostgreSQL %s', (major) => {
  test('that owns only its schema can migrate it, and owns what it made', async () => {
    const url = serverUrl(major)
    const name = `owner_${process.pid}`
    const admin = new pg.Client({ connectionString: url })
    await admin.connect()
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret' NOSUPERUSER`)
    await admin.query(`CREATE DATABASE ${name}`)
    const inside = urlWith(url, { pathname: `/${name}` })
    const setup = new pg.Client({ connectionString: inside })
    await setup.connect()
    await setup.query(`
      REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      GRANT CONNECT ON DATABASE ${name} TO ${name};
      CREATE SCHEMA owned AUTHORIZATION ${name};
    `)
    const connectionString = urlWith(inside, { username: name, password: 'secret' })
    const pool = new pg.Pool({ connectionString, max: 2 })
    const database = fromPg(pool, { schema: 'owned' })
    const migrator = createMigrator(database)
    const steps = await migrator.up()
    expect(await migrator.up()).toEqual([])
    const { rows } = await database.query(
      "SELECT DISTINCT tableowner AS owner FROM pg_tables WHERE schemaname = 'owned'",
    )
    expect(rows).toEqual([{ owner: name }])
    expect(await migrator.to(0)).toHaveLength(steps.length)

    const elsewhere = createMigrator(fromPg(pool, { schema: 'elsewhere' })).up()
    await expect(elsewhere).rejects.toMatchObject({ code: '42501', severity: 'ERROR' })
    expect(pool.idleCount).toBe(pool.totalCount)
    await pool.end()
    await setup.end()
    await admin.query(`DROP DATABASE ${name}`)
    await admin.query(`DROP ROLE ${name}`)
    await admin.end()
  })
})

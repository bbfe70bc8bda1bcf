import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { expect, inject, test } from 'vitest'
import { createMigrator, fromPg, limits, push } from '../../src/index.js'
import { makeAgent } from '../context/make-agent.js'
import { makeFile } from '../context/make-resources.js'
import { readRows } from '../context/read-rows.js'
import { startRealServer } from '../support/real-server.js'
import { urlWith } from '../support/url-with.js'
import { exercise } from './exercise.js'
import { hostilities } from './hostilities.js'
import { needLocale } from './need-locale.js'
import { openDatabaseOf } from './open-database-of.js'
import { openHostile } from './open-hostile.js'

for (const { major, url } of inject('servers')) {
  for (const hostility of hostilities) {
    if (major < (hostility.since ?? 0)) continue
    exercise(`PostgreSQL ${major} with ${hostility.name}`, () => openHostile(url, [hostility]))
  }

  exercise(`PostgreSQL ${major} with a Turkish locale of the system`, async () => {
    // A server knows the locales that there were when it was started.
    const locale = await needLocale('tr_TR')
    const server = await startRealServer(major, { locale: [`--locale=${locale}`] })
    const engine = await openHostile(server.url, [])
    const close = async () => {
      await engine.close()
      await server.stop()
    }
    return { ...engine, close }
  })
}

test.each(inject('servers'))(
  'a push that PostgreSQL $major ends for its statement_timeout leaves nothing',
  async ({ url }) => {
    const engine = await openDatabaseOf(url)
    const patient = engine.database('chat')
    await createMigrator(patient).up()
    const { agentId } = await makeAgent(patient)
    const { rows } = await patient.query<{ name: string }>(
      'SELECT current_database()::text AS name',
    )
    const connectionString = urlWith(url, { pathname: `/${rows[0]!.name}` })
    const pool = new pg.Pool({ connectionString, statement_timeout: 5 })
    const content = randomBytes(limits.bodyBytesMax / 2).toString('base64')
    const resources = Array.from({ length: 12 }, (_, n) =>
      makeFile(`/shop/${n}`, '', { body: { content } }),
    )
    const hasty = push(fromPg(pool, { schema: 'chat' }), { agentId, version: 1, resources })
    await expect(hasty).rejects.toMatchObject({ code: '57014' })
    const heads = 'workspace_agent_context_snapshots'
    expect(await readRows(patient, heads, 'workspace_agent_id', agentId)).toEqual([])
    await pool.end()
    await engine.close()
  },
)

import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { readManifest } from '../../src/catalog/index.js'
import { ledgerName } from '../../src/migrations/ledger.js'
import type { ConformanceEngine } from './engine.js'

const withoutLedger = { except: ['driftpin_migrations'] }

const folder = fileURLToPath(new URL('../../src/migrations/sql', import.meta.url))

/** Up, down, up again, taken over from a tool that left no ledger, measured, and granted. */
export async function exerciseMigrations({ api, database }: ConformanceEngine): Promise<void> {
  const own = database('the migrated')
  const migrations = await api.readMigrations(folder)
  const newest = migrations.at(-1)!.version
  const migrator = api.createMigrator(own, { migrations })
  await expect(api.assertSchemaCurrent(own)).rejects.toMatchObject({ code: 'schema_behind' })
  expect((await migrator.plan()).map(({ version }) => version)).toEqual(
    (await migrator.up()).map(({ version }) => version),
  )
  await api.assertSchemaCurrent(own)
  expect(await api.checkSchema(own)).toEqual([])
  const manifest = await readManifest(own, withoutLedger)

  await migrator.down()
  await expect(api.assertSchemaCurrent(own)).rejects.toMatchObject({ code: 'schema_behind' })
  await migrator.to(0)
  const { tables } = await readManifest(own)
  expect(tables.map(({ name }) => name)).toEqual([ledgerName])
  expect(await api.checkSchema(own)).not.toEqual([])
  await migrator.up()
  expect(await readManifest(own, withoutLedger)).toEqual(manifest)
  expect(await migrator.up()).toEqual([])
  expect(new Set((await migrator.status()).map(({ state }) => state))).toEqual(new Set(['applied']))

  await own.script(`DROP TABLE "${own.schema}".${ledgerName}`)
  const adoption = await api.adoptMigrations(own, { version: newest })
  expect(adoption).toMatchObject({ version: newest, toldBy: 'caller' })
  await api.assertSchemaCurrent(own)
  expect(await migrator.up()).toEqual([])
  expect(await readManifest(own, withoutLedger)).toEqual(manifest)

  expect(await api.readStats(own, { exact: true })).toMatchObject({
    expiredChats: 0,
    snapshots: 0,
    chats: { count: 0 },
  })
  // A role that every PostgreSQL has, and that owns nothing.
  await api.applyGrants(own, { appRole: 'pg_monitor' })
  expect(await api.checkSchema(own)).toEqual([])
}

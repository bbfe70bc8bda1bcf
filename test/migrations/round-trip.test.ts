import { beforeAll, describe, expect, test } from 'vitest'
import { readManifest } from '../../src/catalog/index.js'
import { createMigrator, type Database, type SchemaManifest } from '../../src/index.js'
import { engineNames, useEngine } from '../support/engines.js'
import { fillTables, hashesColumn, hydrationColumns, rowsOf } from './fill-tables.js'

const withoutLedger = { except: ['driftpin_migrations'] }

const ledger = 'driftpin_migrations'

// Opened once for both parts of this file.
const engines = engineNames.map(useEngine)

describe.each(engines)('down and up again on $name', (engine) => {
  let versions: number[]
  /** What there was after each version, from 0 on, on the way up. */
  const manifests = new Map<number, SchemaManifest>()

  beforeAll(async () => {
    const database = engine.database('manifests')
    const migrator = createMigrator(database)
    versions = (await migrator.status()).map(({ version }) => version)
    for (const version of [0, ...versions]) {
      await migrator.to(version)
      manifests.set(version, await readManifest(database, withoutLedger))
    }
  })

  /** What is in the tables and columns that both manifests have, without those of hydration. */
  const contentOf = (database: Database, one: SchemaManifest, other = one) =>
    rowsOf(
      database,
      one.tables.flatMap(({ name, columns }) => {
        const twin = other.tables.find((table) => table.name === name)
        const names = columns.map((column) => column.name)
        const shared = names.filter((column) => twin?.columns.some((two) => two.name === column))
        const without = [...hydrationColumns, hashesColumn]
        const left = shared.filter((column) => !without.includes(column))
        return twin ? [{ name, columns: left }] : []
      }),
    )

  test('every version differs from the one before, so that going back can be seen', () => {
    const seen = [...manifests.values()].map((manifest) => JSON.stringify(manifest))
    expect(new Set(seen).size).toBe(versions.length + 1)
  })

  test('by each version and back restores the schema exactly, with rows in the tables', async () => {
    const database = await engine.install()
    const migrator = createMigrator(database)
    const newest = versions.at(-1)!
    // What each step restores, any way that is made of steps does.
    const downwards = [0, ...versions].reverse()
    await fillTables(database)
    for (const [index, version] of downwards.slice(1).entries()) {
      const above = downwards[index]!
      const full = await contentOf(database, manifests.get(above)!)
      for (const rows of Object.values(full)) expect(rows).not.toEqual([])
      const both = [manifests.get(version)!, manifests.get(above)!] as const
      const before = await contentOf(database, ...both)
      await migrator.to(version)
      expect(await readManifest(database, withoutLedger)).toEqual(manifests.get(version))
      expect(await contentOf(database, ...both)).toEqual(before)
      await migrator.to(above)
      expect(await readManifest(database, withoutLedger)).toEqual(manifests.get(above))
      expect(await contentOf(database, ...both)).toEqual(before)
      await migrator.to(version)
    }
    await migrator.to(newest)
    expect(await readManifest(database, withoutLedger)).toEqual(manifests.get(newest))
  })

  test('down to zero leaves the ledger alone, and nothing in it', async () => {
    const database = await engine.install()
    await fillTables(database)
    await createMigrator(database).to(0)
    const { tables, extensions, ...others } = await readManifest(database)
    expect(tables.map(({ name }) => name)).toEqual([ledger])
    for (const left of Object.values(others)) expect(left).toEqual([])
    expect(await rowsOf(database, [{ name: ledger, columns: ['version'] }])).toEqual({
      [ledger]: [],
    })
  })
})

describe.each(engines)('the migration of the pins on $name', (engine) => {
  const file = 'create_chat_context_resources'

  async function around(): Promise<{ database: Database; before: number; its: number }> {
    const database = await engine.install()
    await fillTables(database)
    const statuses = await createMigrator(database).status()
    const index = statuses.findIndex((status) => status.name === file)
    return { database, before: statuses[index - 1]!.version, its: statuses[index]!.version }
  }

  test('its down drops the one table, and leaves both enums and every other row', async () => {
    const { database, before, its } = await around()
    const migrator = createMigrator(database)
    await migrator.to(its)
    const [manifest, rows] = [await readManifest(database, withoutLedger), await everyRow(database)]
    await migrator.to(before)
    const pins = 'chat_context_resources'
    const tables = manifest.tables.filter(({ name }) => name !== pins)
    expect(await readManifest(database, withoutLedger)).toEqual({ ...manifest, tables })
    const { [pins]: gone, ...others } = rows
    expect(gone).not.toEqual([])
    expect(await everyRow(database)).toEqual(others)
  })

  test('its up creates no type, and changes no row but the three columns of hydration', async () => {
    const { database, before, its } = await around()
    const migrator = createMigrator(database)
    await migrator.to(before)
    await fillTables(database)
    const [{ enums }, rows] = [
      await readManifest(database, withoutLedger),
      await everyRow(database),
    ]
    await migrator.to(its)
    const { chat_context_resources: pins, ...others } = await everyRow(database)
    expect(pins).toEqual([])
    const cleared = {
      context_aggregate_hash: null,
      context_dirty_since: null,
      context_error: '',
    }
    expect(Object.keys(cleared)).toEqual(hydrationColumns)
    expect(rows.chats).toHaveLength(2)
    const unpinned = rows.chats!.map((chat) => ({ ...(chat as object), ...cleared }))
    expect(others).toEqual({ ...rows, chats: unpinned })
    expect((await readManifest(database, withoutLedger)).enums).toEqual(enums)
  })

  /** Every row of every table but the ledger, parsed, by table. */
  async function everyRow(database: Database): Promise<Record<string, unknown[]>> {
    const { tables } = await readManifest(database, withoutLedger)
    const rows = await rowsOf(
      database,
      tables.map(({ name, columns }) => ({ name, columns: columns.map((column) => column.name) })),
    )
    return Object.fromEntries(
      Object.entries(rows).map(([table, texts]) => {
        const parsed = texts.map((text): Record<string, unknown> => JSON.parse(text))
        return [table, parsed.sort((a, b) => (String(a.id) < String(b.id) ? -1 : 1))]
      }),
    )
  }
})

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { fromPGlite } from '../src/database/from-pglite.ts'
import { createMigrator } from '../src/migrations/create-migrator.ts'
import { parseMigrations } from '../src/migrations/parse-migrations.ts'
import { readCatalog } from '../src/migrations/read-catalog.ts'
import { dumpSchema } from '../src/workbench/dump-schema.ts'
import { bundleMigrations, readMigrationFiles } from './bundle-migrations.ts'
import { generateTables } from './generate-tables.ts'

// Everything that is derived from the SQL of the migrations, in the order in which it is derived.
// With --check nothing is written, and a stale file is an error.

const root = new URL('../', import.meta.url)
const header =
  '-- Made by `npm run generate` from a migrated database. Change a migration instead.\n'

async function generate(): Promise<Map<string, string>> {
  const pglite = new PGlite()
  try {
    const database = fromPGlite(pglite)
    const migrations = parseMigrations(await readMigrationFiles())
    await createMigrator(database, { migrations }).up()
    const catalog = await readCatalog(database)
    const tables = catalog.tables.filter(({ name }) => name !== 'driftpin_migrations')
    return new Map([
      ['src/migrations/generated/bundled.ts', await bundleMigrations()],
      ['src/schema/generated/tables.ts', generateTables({ ...catalog, tables })],
      [
        'src/schema/generated/schema.sql',
        `${header}\n${await dumpSchema(pglite, { except: ['driftpin_migrations'] })}`,
      ],
    ])
  } finally {
    await pglite.close()
  }
}

const check = process.argv.includes('--check')
for (const [file, text] of await generate()) {
  const url = new URL(file, root)
  const old = await readFile(url, 'utf8').catch(() => undefined)
  if (old === text) continue
  if (check) {
    console.error(`${file} is stale: run \`npm run generate\` and commit what it changes.`)
    process.exitCode = 1
  } else {
    await mkdir(new URL('.', url), { recursive: true })
    await writeFile(url, text)
    console.log(`wrote ${file}`)
  }
}

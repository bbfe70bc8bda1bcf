import { fileURLToPath } from 'node:url'
import { laws } from '../src/laws/laws.ts'
import { readTruths, renderDump, renderManifest } from '../src/workbench/generate/generate.ts'
import { findStale, writeGenerated } from '../src/workbench/generate/generated-files.ts'
import { renderTables } from '../src/workbench/generate/render-tables.ts'
import { bundleFixtures, bundleMigrations } from './bundle-migrations.ts'
import { drawRooms } from './draw-rooms.ts'
import { drawSchema } from './draw-schema.ts'
import { readSources } from './import-graph.ts'
import { lawsPage } from './laws-page.ts'
import { manifestModule } from './manifest-module.ts'
import { renderReference } from './reference/render-reference.ts'

// Everything that is derived from the SQL of our migrations. With --check nothing is written, and a
// stale file is an error.

const root = fileURLToPath(new URL('../', import.meta.url))
const command = 'npm run generate'

const migrations = fileURLToPath(new URL('../src/migrations/sql/', import.meta.url))
const { manifest, dump } = await readTruths({ migrations }, { withDump: true })
const tables = renderTables(manifest, {
  command,
  root: 'DriftpinTables',
  owners: ['chats'],
  imports: [
    "import type { Column } from '../column.js'",
    "import type { JsonValue } from '../json.js'",
  ],
  rootDoc: [
    "import type { DriftpinTables } from 'driftpin'",
    'const kysely = new Kysely<DriftpinTables>({ dialect: new PostgresDialect({ pool }) })',
    "const titles = await kysely.selectFrom('chats').select('title').execute()",
  ],
})
const { default: own } = await import('../package.json', { with: { type: 'json' } })
const files = [
  { file: 'src/migrations/generated/bundled.ts', text: await bundleMigrations() },
  { file: 'src/workbench/generated/fixtures.ts', text: await bundleFixtures() },
  { file: 'src/schema/generated/tables.ts', text: tables },
  { file: 'src/schema/generated/schema.sql', text: renderDump(dump!, command) },
  { file: 'src/schema/generated/manifest.json', text: renderManifest(manifest, command) },
  { file: 'src/schema/generated/manifest.ts', text: manifestModule(manifest, command) },
  { file: 'docs/laws.md', text: lawsPage(laws, command) },
  { file: 'docs/rooms.svg', text: drawRooms(await readSources(root, 'src'), command) },
  { file: 'docs/schema.svg', text: drawSchema(manifest, command) },
]

/** Rendered late, since it shows the types that are generated. */
const reference = () => renderReference(own.exports, command)

if (process.argv.includes('--check')) {
  for (const { file, diff } of await findStale(root, [...files, ...(await reference())])) {
    console.error(`${file} is stale: run \`${command}\` and commit what it changes.`)
    for (const line of diff) console.error(`  ${line}`)
    process.exitCode = 1
  }
} else {
  for (const file of await writeGenerated(root, files)) console.log(`wrote ${file}`)
  for (const file of await writeGenerated(root, await reference())) console.log(`wrote ${file}`)
}

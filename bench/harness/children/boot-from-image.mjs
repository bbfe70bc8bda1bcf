// A process with the cached image: its first query, and its memory after some rewinds.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { peakRssBytes } from './peak-rss.mjs'

const [dist, cacheDirectory] = process.argv.slice(2)
const { openHarness } = await import(pathToFileURL(join(dist, 'harness/open-harness.js')).href)
const harness = await openHarness({ cacheDirectory })
const db = await harness.createDatabase()
const { rows } = await db.query('SELECT count(*)::int AS n FROM driftpin_migrations')
console.log(rows[0].n)
if (harness.statistics.imagesBuilt > 0) throw new Error('The image was not in the cache.')
for (let round = 0; round < 20; round++) {
  await db.query('INSERT INTO chats (owner_id) VALUES (gen_random_uuid())')
  await db.rewind()
}
console.log(peakRssBytes())
await harness.close()

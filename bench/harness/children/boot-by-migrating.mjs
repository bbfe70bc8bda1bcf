// A process that runs initdb and the migrations by itself: its first query, and its memory.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { peakRssBytes } from './peak-rss.mjs'

const [dist] = process.argv.slice(2)
const { createMigrator, fromPGlite } = await import(pathToFileURL(join(dist, 'index.js')).href)
const pglite = await PGlite.create()
await createMigrator(fromPGlite(pglite)).up()
const { rows } = await pglite.query('SELECT count(*)::int AS n FROM driftpin_migrations')
console.log(rows[0].n)
console.log(peakRssBytes())
await pglite.close()

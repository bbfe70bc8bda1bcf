// A process that loads a dumped data directory: its first query, and its memory.
import { readFile } from 'node:fs/promises'
import { PGlite } from '@electric-sql/pglite'
import { peakRssBytes } from './peak-rss.mjs'

const [tarFile] = process.argv.slice(2)
const pglite = await PGlite.create({ loadDataDir: new Blob([await readFile(tarFile)]) })
const { rows } = await pglite.query('SELECT count(*)::int AS n FROM driftpin_migrations')
console.log(rows[0].n)
console.log(peakRssBytes())
await pglite.close()

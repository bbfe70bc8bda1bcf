// A process that rewinds over and over, each time after a small write: does it grow or slow down?
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [dist, cacheDirectory, start, total] = process.argv.slice(2)
const [from, to] = [Number(start), Number(total)]
const { openHarness } = await import(pathToFileURL(join(dist, 'harness/open-harness.js')).href)
const harness = await openHarness({ cacheDirectory })
const db = await harness.createDatabase()
const times = []
const looks = []
for (let round = 1; round <= to; round++) {
  await db.query('INSERT INTO chats (owner_id) VALUES (gen_random_uuid())')
  const started = performance.now()
  await db.rewind()
  times.push(performance.now() - started)
  if (round === from || round === to) looks.push(look())
}
const { rows } = await db.query('SELECT count(*)::int AS n FROM chats')
if (rows[0].n !== 0) throw new Error('The last rewind left rows behind.')
if (Object.keys(harness.statistics.replaced).length > 0) throw new Error('Instances were replaced.')
const [first, last] = looks
const early = p50(times.slice(from, 2 * from))
const late = p50(times.slice(-from))
console.log(JSON.stringify({ first, last, earlyMs: early, lateMs: late }))
await harness.close()

function look() {
  globalThis.gc()
  const { rss, heapUsed } = process.memoryUsage()
  return { rss, heapUsed }
}

function p50(values) {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)]
}

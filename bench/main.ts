import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { benchConnections } from './connections.ts'
import { benchContext } from './context.ts'
import { benchDev } from './dev/bench-dev.ts'
import { drawBars } from './draw-bars.ts'
import { benchHarness } from './harness/bench-harness.ts'
import { benchHouse } from './house.ts'
import type { Measured } from './measured.ts'
import { benchMigrations } from './migrations/bench-migrations.ts'
import { benchPackage } from './package.ts'
import { benchProperty } from './property/bench-property.ts'
import { benchServer } from './server/bench-server.ts'
import { drawGrowth } from './server/draw-growth.ts'
import { benchUpgrade } from './upgrade.ts'

// npm run bench -- NAME [--json] [--svg FILE]: measures one room and prints what it found, and
// draws it where it has curves. Nothing here is asserted anywhere: a figure belongs to the machine
// and the moment it was taken on.

const benches: Record<string, () => Promise<Measured>> = {
  connections: benchConnections,
  context: benchContext,
  dev: benchDev,
  harness: benchHarness,
  house: benchHouse,
  migrations: benchMigrations,
  package: benchPackage,
  property: benchProperty,
  server: benchServer,
  upgrade: benchUpgrade,
}

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean', default: false }, svg: { type: 'string' } },
  allowPositionals: true,
})
const names = positionals.length > 0 ? positionals : Object.keys(benches)
for (const name of names) {
  const bench = benches[name]
  if (!bench) {
    console.error(`There is no bench ${name}. There are: ${Object.keys(benches).join(', ')}.`)
    process.exit(2)
  }
  report(name, await bench())
}

function report(name: string, measured: Measured): void {
  const { figures, ratios, versions, notes, table, growth, bars } = measured
  const [cpu] = cpus()
  const machine = {
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
  }
  const all: Record<string, string> = {
    node: process.version,
    driftpin: ownVersion(),
    ...versions,
  }
  const caption = `${machine.cores} cores of ${machine.cpu}`
  if (values.svg && growth) {
    writeFileSync(values.svg, drawGrowth(growth, `PostgreSQL ${all.postgresql}, ${caption}`))
  }
  if (values.svg && bars) {
    const engines = `PGlite ${all.pglite}, PostgreSQL ${all.server}, Node ${process.versions.node}`
    writeFileSync(
      values.svg,
      drawBars(bars.bars, bars.title, `Medians, on a logarithmic scale. ${engines}, ${caption}.`),
    )
  }
  if (values.json) {
    const found = { ...figures, ...(growth && { growth }) }
    console.log(JSON.stringify({ name, machine, versions: all, figures: found, ratios }))
    return
  }
  console.log(`${name} on ${machine.cores} x ${machine.cpu}`)
  console.log(
    Object.entries(all)
      .map(([what, version]) => `${what} ${version}`)
      .join(', '),
  )
  for (const note of notes) console.log(note)
  if (table) {
    console.log(`\n${table}`)
    return
  }
  for (const [operation, points] of Object.entries(growth ?? {})) {
    const over = points.map(({ size, ms }) => `${size}: ${ms.toPrecision(3)} ms`)
    console.log(`  ${operation.padEnd(16)}${over.join(', ')}`)
  }
  const rows = Object.entries({ ...figures, ...ratios })
  for (const [key, value] of rows) {
    console.log(`  ${key.padEnd(36)}${value.toLocaleString('en', { maximumFractionDigits: 4 })}`)
  }
}

function ownVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

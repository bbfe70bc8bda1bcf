import { readFileSync } from 'node:fs'
import { assertHistories } from '../../src/laws/index.ts'
import { commandsOfGrowthMax, seed } from './rounds.ts'

// A process of its own: does it grow with the histories that it has run? It runs them as anybody
// does, by fast-check.

const [start, total] = process.argv.slice(2).map(Number) as [number, number]
const looks: Record<number, number> = {}
const started = performance.now()
await assertHistories({
  seed,
  runs: total,
  commandsMax: commandsOfGrowthMax,
  onProgress: ({ runs }) => {
    if (runs === start || runs === total) looks[runs] = residentBytes()
  },
})
const ms = performance.now() - started
console.log(JSON.stringify({ firstBytes: looks[start], lastBytes: looks[total], ms }))

/** As Linux counts it, once everything that nobody refers to is gone. */
function residentBytes(): number {
  for (let round = 0; round < 3; round++) globalThis.gc!()
  const status = readFileSync('/proc/self/status', 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024
}

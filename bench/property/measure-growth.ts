import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { rounds } from './rounds.ts'

/** What a process with many histories had resident, in bytes. */
export interface Growth {
  readonly firstBytes: number
  readonly lastBytes: number
  /** How long they took. */
  readonly ms: number
}

/** Runs the histories in a process of their own, whose memory holds nothing else. */
export async function measureGrowth(): Promise<Growth> {
  const program = fileURLToPath(new URL('run-many-histories.ts', import.meta.url))
  const counts = [rounds.growthStart, rounds.growthHistories].map(String)
  const flags = ['--expose-gc', '--import', import.meta.resolve('tsx')]
  const child = spawn(process.execPath, [...flags, program, ...counts], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`The histories ended with ${child.exitCode}.`)
  return JSON.parse(printed) as Growth
}

import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DevProcess, type DevStart } from '../../test/cli/dev-process.ts'
import { median } from '../measured.ts'
import { rounds } from './rounds.ts'

/** From the start of the process to its ready line, each a median. */
export interface MeasuredStarts {
  readonly existingMs: number
  readonly newMs: number
  readonly memoryMs: number
}

/** The ways take turns, so that a busy moment of the machine does not hit one alone. */
export async function measureStarts(start: DevStart): Promise<MeasuredStarts> {
  const times = { existing: [] as number[], new: [] as number[], memory: [] as number[] }
  const existing = join(start.cwd, 'existing')
  await mkdir(existing)
  // It makes the image too, which is not what is measured.
  await readyMs({ ...start, cwd: existing })
  for (let round = 0; round < rounds.starts; round++) {
    times.existing.push(await readyMs({ ...start, cwd: existing }))
    const fresh = join(start.cwd, `new-${round}`)
    await mkdir(fresh)
    times.new.push(await readyMs({ ...start, cwd: fresh }))
    await rm(fresh, { recursive: true })
    times.memory.push(await readyMs({ ...start, args: [...(start.args ?? []), '--memory'] }))
  }
  const { new: fresh, ...others } = times
  return {
    existingMs: median(others.existing),
    newMs: median(fresh),
    memoryMs: median(others.memory),
  }
}

async function readyMs(start: DevStart): Promise<number> {
  const started = performance.now()
  await using dev = new DevProcess(start)
  await dev.ready()
  const ms = performance.now() - started
  const end = await dev.end('SIGINT')
  if (end !== 0) throw new Error(`It ended with ${end}.\n${dev.stderr}`)
  return ms
}

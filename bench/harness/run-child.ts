import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What a child printed, and how long after its start the first of it came. */
export interface ChildRun {
  readonly firstMs: number
  readonly lines: readonly string[]
}

/** Runs a program of `children` with plain Node, and fails when it does. */
export async function runChild(
  name: string,
  args: readonly string[],
  flags: readonly string[] = [],
): Promise<ChildRun> {
  const path = fileURLToPath(new URL(`children/${name}.mjs`, import.meta.url))
  const started = performance.now()
  const child = spawn(process.execPath, [...flags, path, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let firstMs = 0
  let printed = ''
  child.stdout.on('data', (chunk) => {
    firstMs ||= performance.now() - started
    printed += chunk
  })
  await once(child, 'close')
  if (child.exitCode !== 0) throw new Error(`The child ${name} ended with ${child.exitCode}.`)
  return { firstMs, lines: printed.trim().split('\n') }
}

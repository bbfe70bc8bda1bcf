import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const setFlag = "import{setFlagsFromString}from'v8';setFlagsFromString('--liftoff-only')"

/**
 * For processes that are over in seconds: one that runs PGlite spends half of its time on making
 * WebAssembly fast that it does not run again. What it does stays the same. As an option of Node it
 * also reaches the processes that a child starts.
 */
export const shortLived = { NODE_OPTIONS: `--import=data:text/javascript,${setFlag}` }

/** How a process ended, and what it said. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, without a shell and without input. */
export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...process.env, ...shortLived, NO_COLOR: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

const repository = fileURLToPath(new URL('../../', import.meta.url))
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** Runs the command line as it was built when the run began, after other modules if need be. */
export function driftpin(args: readonly string[], preload: readonly string[] = []) {
  const imports = preload.flatMap((module) => ['--import', module])
  return run(process.execPath, [...imports, main, ...args], { cwd: repository })
}

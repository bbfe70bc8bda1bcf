import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** A process that runs `driftpin migrate up`, to be killed. */
export interface DeployingProcess {
  /** Ends it as the kernel does when memory runs out, and waits until it is gone. */
  kill(): Promise<void>
  /** Settles with its exit code, null after a kill, and with what it said. */
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>
}

export function startDeploying(args: readonly string[]): DeployingProcess {
  const child = spawn(process.execPath, [main, 'migrate', 'up', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk
    })
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, said }))
  return {
    ended,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

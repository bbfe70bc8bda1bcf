import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DevReady } from '../../src/cli/dev/dev-report.js'
import { shortLived } from '../support/run-command.js'

/** How to start one. */
export interface DevStart {
  /** The program, as it is published. */
  readonly main: string
  readonly cwd: string
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** A `driftpin dev` of its own. Whoever started it ends it, or holds it by `await using`. */
export class DevProcess implements AsyncDisposable {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  /** How it ended: its code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals>
  readonly #listeners = new Set<() => void>()

  constructor({ main, cwd, args = [], env }: DevStart) {
    this.child = spawn(process.execPath, [main, 'dev', ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...shortLived, NO_COLOR: '1', ...env },
    })
    const tell = () => {
      for (const listener of this.#listeners) listener()
    }
    this.child.stdout!.on('data', (chunk) => {
      this.stdout += chunk
      tell()
    })
    this.child.stderr!.on('data', (chunk) => {
      this.stderr += chunk
      tell()
    })
    this.ended = once(this.child, 'close').then(([code, signal]) => {
      tell()
      return code ?? signal
    })
  }

  get pid(): number {
    return this.child.pid!
  }

  /** What matched, once it was printed. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    let isOver = false
    void this.ended.then(() => {
      isOver = true
    })
    for (;;) {
      const found = pattern.exec(this.stdout) ?? pattern.exec(this.stderr)
      if (found) return found
      if (isOver) throw new Error(`It ended without ${pattern}.\n${this.stdout}\n${this.stderr}`)
      await new Promise<void>((resolve) => {
        const listener = () => {
          this.#listeners.delete(listener)
          resolve()
        }
        this.#listeners.add(listener)
        void this.ended.then(listener)
      })
    }
  }

  /** The first line of one that was started with `--json`. */
  async ready(): Promise<DevReady> {
    return JSON.parse((await this.until(/^\{"event":"ready".*\}$/m))[0])
  }

  async end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals> {
    this.child.kill(signal)
    return await this.ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end('SIGKILL')
  }
}

/** Where `driftpin dev` keeps its data in a folder that it is started in. */
export const dataOf = (cwd: string): string => join(cwd, '.driftpin')

/** What pg_control says of how PostgreSQL ended: 1 is a shutdown, with a checkpoint. */
export async function stateOf(cwd: string): Promise<number> {
  return (await readFile(join(dataOf(cwd), 'database/global/pg_control'))).readUInt32LE(16)
}

/** Makes the directory `shop` to be watched, and answers its one file. */
export async function writeShop(cwd: string): Promise<string> {
  await mkdir(join(cwd, 'shop'))
  const file = join(cwd, 'shop/AGENTS.md')
  await writeFile(file, '# Shop\n')
  return file
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { run } from './run-command.js'

/** The packages of Debian that have them. */
const packages = {
  psql: 'postgresql-client',
  pgbench: 'postgresql-contrib',
  script: 'bsdutils',
  pgbouncer: 'pgbouncer',
}
type Program = keyof typeof packages
const terminalProgram: Program = 'script'

async function isThere(program: string): Promise<boolean> {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const found = await Promise.allSettled(
    folders.map((folder) => access(join(folder, program), constants.X_OK)),
  )
  return found.some(({ status }) => status === 'fulfilled')
}

/**
 * Sees to it that programs are there, if need be by installing them as root.
 *
 * @throws Error with what to install: without its programs a test proves nothing.
 */
export async function needPrograms(...programs: readonly Program[]): Promise<void> {
  for (const program of programs) {
    if (await isThere(program)) continue
    const name = packages[program]
    const env = { DEBIAN_FRONTEND: 'noninteractive' }
    const install = () =>
      run('apt-get', ['install', '-y', '--no-install-recommends', name], { env })
    const { stderr } =
      process.getuid?.() === 0 && (await run('apt-get', ['update'], { env })).code === 0
        ? await install()
        : { stderr: 'It can be installed by root only.' }
    if (!(await isThere(program))) {
      throw new Error(`${program} is needed: install ${name} with apt-get. ${stderr}`)
    }
  }
}

/** A program in a pseudo terminal, as a person would have it. */
export interface Terminal {
  /** All that was on the screen so far, without colours and carriage returns. */
  readonly screen: string
  write(text: string): void
  /** Waits until something has come to the screen since the last time, which it returns. */
  until(end: string | RegExp): Promise<string>
  /** Settles with the code that it ended with. */
  readonly ended: Promise<number | null>
}

/** Runs a command line in a pseudo terminal, until the test is over. */
export function openTerminal(commandLine: string, env: NodeJS.ProcessEnv): Terminal {
  const child = spawn(terminalProgram, ['-q', '-e', '-c', commandLine, '/dev/null'], {
    env: { ...process.env, TERM: 'dumb', PAGER: 'cat', LC_ALL: 'C.UTF-8', ...env },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const ended = once(child, 'close').then(([code]) => code as number | null)
  let [screen, seen] = ['', 0]
  let isOver = false
  child.stdout.on('data', (chunk) => {
    screen += String(chunk).replaceAll(/\x1b\[[?0-9;]*[a-zA-Z]|\r/g, '')
  })
  void ended.then(() => {
    isOver = true
  })
  return {
    ended,
    get screen() {
      return screen
    },
    write: (text) => child.stdin.write(text),
    until: async (end) => {
      for (;;) {
        const fresh = screen.slice(seen)
        const at = typeof end === 'string' ? fresh.indexOf(end) : fresh.search(end)
        if (at >= 0) {
          const length = typeof end === 'string' ? end.length : end.exec(fresh)![0].length
          seen += at + length
          return fresh.slice(0, at + length)
        }
        if (isOver) throw new Error(`It ended before ${end} came. The screen:\n${screen}`)
        await Promise.race([once(child.stdout, 'data'), ended])
      }
    },
  }
}

/** Runs a program to its end, with something to read. */
export async function runWith(
  command: string,
  args: readonly string[],
  input: string | Buffer,
  env: NodeJS.ProcessEnv = {},
) {
  const child = spawn(command, args, { env: { ...process.env, LC_ALL: 'C.UTF-8', ...env } })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk
  })
  // A program that ends early does not read all of it.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code, stdout, stderr }
}

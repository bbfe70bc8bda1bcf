import { spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Finished, run } from '../support/run-command.js'

const repository = fileURLToPath(new URL('../../', import.meta.url))
const suites = fileURLToPath(new URL('suites/', import.meta.url))

/** How one test of a child run went. */
interface Outcome {
  readonly status: 'passed' | 'failed' | 'skipped' | 'pending' | 'todo'
  /** What it failed with, in one text. */
  readonly why: string
  /** Milliseconds. */
  readonly duration: number
}

/** A run of vitest in a project: what it printed, and how each test went, by its full name. */
export interface SuiteRun extends Finished {
  readonly outcomes: Readonly<Record<string, Outcome>>
}

/** A project of somebody who uses driftpin. Whoever opened it closes it. */
export interface FixtureProject {
  readonly folder: string
  /** Runs vitest on suites of `suites/`, named without their endings. */
  vitest(
    names: readonly string[],
    args?: readonly string[],
    env?: NodeJS.ProcessEnv,
  ): Promise<SuiteRun>
  /** Runs vitest in the same way, and kills it with all of its workers as soon as it is time. */
  killedVitest(
    names: readonly string[],
    isTime: () => Promise<boolean>,
    env?: NodeJS.ProcessEnv,
  ): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a project with the built package installed as npm would, so that a child run sees what
 * users see and another build of the repository does not disturb it.
 */
export async function openFixtureProject(): Promise<FixtureProject> {
  const folder = await mkdtemp(join(tmpdir(), 'driftpin-project-'))
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  for (const name of await readdir(join(repository, 'node_modules'))) {
    if (name.startsWith('.')) continue
    await symlink(join(repository, 'node_modules', name), join(modules, name))
  }
  await mkdir(join(modules, 'driftpin'))
  for (const name of ['dist', 'package.json']) {
    await cp(join(repository, name), join(modules, 'driftpin', name), { recursive: true })
  }
  await writeFile(join(folder, 'package.json'), '{ "name": "boatyard", "type": "module" }')
  await cp(suites, folder, { recursive: true })
  return {
    folder,
    vitest: (names, args = [], env = {}) => runVitest(folder, names, args, env),
    killedVitest: (names, isTime, env = {}) => killVitest(folder, names, isTime, env),
    close: () => rm(folder, { recursive: true, force: true }),
  }
}

/** What the run around this one is told is not its own. */
const environment = {
  VITEST: undefined,
  DRIFTPIN_STATS: undefined,
  DRIFTPIN_STATS_FOLDER: undefined,
}

const vitestArgs = (folder: string, names: readonly string[]) => [
  join(folder, 'node_modules/vitest/vitest.mjs'),
  'run',
  ...names.map((name) => `${name}.suite`),
]

async function runVitest(
  folder: string,
  names: readonly string[],
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<SuiteRun> {
  const report = join(folder, 'report.json')
  await rm(report, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const finished = await run(
    process.execPath,
    [...vitestArgs(folder, names), ...reporters, ...args],
    { cwd: folder, env: { ...environment, ...env } },
  )
  return { ...finished, outcomes: await readOutcomes(report) }
}

async function killVitest(
  folder: string,
  names: readonly string[],
  isTime: () => Promise<boolean>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const child = spawn(process.execPath, vitestArgs(folder, names), {
    cwd: folder,
    env: { ...process.env, ...environment, ...env },
    stdio: 'ignore',
    // A group of its own, so that its workers go with it.
    detached: true,
  })
  const ended = new Promise<string | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (_, signal) => resolve(signal))
  })
  while (child.exitCode === null && !(await isTime())) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  if (child.exitCode === null) process.kill(-child.pid!, 'SIGKILL')
  if ((await ended) !== 'SIGKILL') throw new Error('The run ended before it was killed.')
}

interface Report {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly fullName: string
      readonly status: Outcome['status']
      readonly failureMessages: readonly string[]
      readonly duration?: number
    }[]
  }[]
}

async function readOutcomes(report: string): Promise<Record<string, Outcome>> {
  const text = await readFile(report, 'utf8').catch(() => '{ "testResults": [] }')
  const { testResults } = JSON.parse(text) as Report
  return Object.fromEntries(
    testResults
      .flatMap(({ assertionResults }) => assertionResults)
      .map(({ fullName, status, failureMessages, duration = 0 }) => [
        fullName,
        { status, why: failureMessages.join('\n'), duration },
      ]),
  )
}

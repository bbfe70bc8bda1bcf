import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Workplace } from './open-workplace.ts'
import { rounds, testsPerFile } from './rounds.ts'
import { type Origin, type SuitePlan, slowTest, smallTest, writeSuite } from './write-suite.ts'

/** The wall time of one suite, both ways. */
export interface SuiteTimes {
  readonly harnessMs: number
  readonly freshMs: number
}

const vitest = join(
  dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
)

/**
 * Many small tests, which is what the harness is for, and a few slow ones, which it cannot help.
 */
export async function measureSuites(
  workplace: Workplace,
): Promise<{ small: SuiteTimes; slow: SuiteTimes }> {
  const small = { files: rounds.suiteFiles, tests: testsPerFile, body: smallTest }
  const slow = { files: rounds.slowFiles, tests: rounds.slowTests, body: slowTest }
  return {
    small: await timeBoth(workplace, 'small', small),
    slow: await timeBoth(workplace, 'slow', slow),
  }
}

async function timeBoth(workplace: Workplace, name: string, plan: SuitePlan): Promise<SuiteTimes> {
  return {
    harnessMs: await timeSuite(workplace, `${name}-harness`, 'harness', plan),
    freshMs: await timeSuite(workplace, `${name}-fresh`, 'fresh', plan),
  }
}

async function timeSuite(
  { folder, cacheDirectory }: Workplace,
  name: string,
  origin: Origin,
  plan: SuitePlan,
): Promise<number> {
  const root = join(folder, name)
  await writeSuite(root, origin, plan)
  const report = join(root, 'report.json')
  const reporters = ['--reporter=json', `--outputFile=${report}`]
  const started = performance.now()
  const child = spawn(process.execPath, [vitest, 'run', '--root', root, ...reporters], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, DRIFTPIN_CACHE_DIR: cacheDirectory },
  })
  await once(child, 'close')
  const ms = performance.now() - started
  const { numPassedTests } = JSON.parse(await readFile(report, 'utf8').catch(() => '{}')) as {
    numPassedTests?: number
  }
  const expected = plan.files * plan.tests
  if (child.exitCode !== 0 || numPassedTests !== expected) {
    throw new Error(`The suite ${name} passed ${numPassedTests} of ${expected} tests.`)
  }
  return ms
}

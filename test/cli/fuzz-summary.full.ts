import { expect, test } from 'vitest'
import { type FuzzSummary, renderFuzzSummary } from '../../src/cli/fuzz-report.js'
import { allOperations } from '../../src/laws/operations/index.js'
import { driftpin } from '../support/run-command.js'

/**
 * All that may be said elsewhere than in the answer; a slow machine says it, a fast one does not.
 */
const onlyProgress = /^(\d+ of \d+ histor(y|ies), .+\n)*$/

test('what a few histories exercised is told, and what they did not', async () => {
  const args = ['fuzz', '--runs', '3', '--seed', '1', '--commands', '10', '--json']
  const { code, stdout, stderr } = await driftpin(args)
  expect(stderr).toMatch(onlyProgress)
  expect(code).toBe(0)
  const { failure, ...summary } = JSON.parse(stdout) as FuzzSummary & { failure: unknown }
  expect(summary).toMatchObject({ seed: 1, runs: 3, stopped: false })
  expect(summary.engine).toMatch(/^PGlite \(PostgreSQL \d+\.\d+\)$/)
  expect(failure).toBeNull()

  const names = summary.coverage.map(({ command }) => command)
  expect(names).toEqual([...allOperations.map(({ name }) => name), 'transaction'])
  const single = summary.coverage.filter(({ command }) => command !== 'transaction')
  expect(single.reduce((sum, { done }) => sum + done, 0)).toBe(summary.commands)
  expect(summary.lawsChecked).toBeGreaterThan(summary.commands)
  // Ten commands at most cannot be all of them.
  expect(summary.neverDone.length).toBeGreaterThan(0)
  expect(summary.capsNotMet.at).toContain('resourcesMax')

  const printed = renderFuzzSummary(summary)
  const lines = printed.split('\n')
  for (const name of names) expect(lines).toContainEqual(expect.stringMatching(`^${name} +\\d`))
  expect(printed).toContain(`Never executed: ${summary.neverDone[0]}`)
  expect(printed).toContain('No push was exactly at the limit of resourcesMax')
  expect(lines.at(-1)).toBe('Every law held.')
  expect(lines.filter((line) => line.length > 80)).toEqual([])
})

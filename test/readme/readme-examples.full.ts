import { expect, test } from 'vitest'
import { fence, runFence } from './run-fence.js'

test('the lines without a test runner run, and print the time of the test clock', async () => {
  const { code, stdout, stderr } = await runFence(fence('without a runner'))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toContain('2026-01-01T00:01:00.000Z')
})

test('the lines for many clients run, and print where psql finds them', async () => {
  const { code, stdout, stderr } = await runFence(fence('many clients'))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout).toMatch(/^postgresql:\/\/postgres@127\.0\.0\.1:\d+\/postgres\n$/)
})

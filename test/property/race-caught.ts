import { expect } from 'vitest'
import {
  checkInterleavings,
  type InterleavingsOptions,
} from '../../src/laws/races/check-interleavings.js'
import type { RaceDefect } from './race-defects.js'
import type { RaceServer } from './race-server.js'

/** Expects a defect to be found, by a law that is about it, and what is found to be kept. */
export async function expectCaught(
  server: RaceServer,
  { laws, operations, prepare }: RaceDefect,
  options: Omit<InterleavingsOptions, 'server' | 'operations' | 'prepare'>,
) {
  const before = await server.schemas()
  const { failure } = await checkInterleavings({
    ...{ server: server.url, ...options },
    ...(operations && { operations }),
    ...(prepare && { prepare }),
  })
  expect(laws).toContain(failure?.law?.name)
  expect(failure!.findings.length).toBeGreaterThan(0)
  const kept = (await server.schemas()).filter((name) => !before.includes(name))
  expect(kept).toHaveLength(2)
  for (const name of kept) expect(failure!.kept).toContain(name)
  return failure!
}

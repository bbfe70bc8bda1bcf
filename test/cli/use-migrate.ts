import { expect } from 'vitest'
import { newestMigration, ourMigrations } from '../support/our-migrations.js'
import type { Finished } from '../support/run-command.js'

/** Runs each subcommand on an empty database, and holds what it says against what it did. */
export async function useMigrate(migrate: (...args: string[]) => Promise<Finished>): Promise<void> {
  const up = await migrate('up')
  expect(up.stdout).toContain(newestMigration.up.file)
  expect((await migrate('up')).stdout).toBe('Nothing to do.\n')
  const plan = await migrate('plan', '--to', '9')
  expect(plan.stdout).toContain('DROP INDEX CONCURRENTLY')
  await migrate('down', '--steps', '2')
  const status = JSON.parse((await migrate('status', '--json')).stdout)
  expect(status.map(({ state }: { state: string }) => state)).toEqual([
    ...Array(ourMigrations.length - 2).fill('applied'),
    'pending',
    'pending',
  ])
  expect((await migrate('to', '0')).code).toBe(0)
}

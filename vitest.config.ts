import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // The full run has more: kills, planted staleness, the reporter on runs of its own.
    include: ['test/**/*.test.ts', ...(process.env.DRIFTPIN_FULL ? ['test/**/*.full.ts'] : [])],
    pool: 'forks',
    // A process for each worker instead of each file saves a quarter of the time. The full run has
    // one for each file, so that both are known to work.
    isolate: Boolean(process.env.DRIFTPIN_FULL),
    // One for each core of the smallest machine; the default leaves one idle.
    maxWorkers: 2,
    // Images are made once for the whole run, also by child processes in other folders.
    env: {
      DRIFTPIN_CACHE_DIR: fileURLToPath(new URL('node_modules/.cache/driftpin', import.meta.url)),
    },
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/closing-line.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
})

import { testMigrations } from '../../src/workbench/vitest.js'

// A test for each of our migrations, and those for the whole of them.
testMigrations()

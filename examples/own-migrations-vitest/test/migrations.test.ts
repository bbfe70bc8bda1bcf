import { testMigrations } from 'driftpin/workbench/vitest'

// A test for each migration: up, down and up again with the rows of all fixtures there.
testMigrations({ migrations: './db/migrations' })

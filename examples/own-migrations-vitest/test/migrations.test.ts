import { testMigrations } from 'driftpin/workbench/vitest'

// One test per migration: up, down and up again with the rows of all fixtures.
testMigrations({ migrations: './db/migrations' })

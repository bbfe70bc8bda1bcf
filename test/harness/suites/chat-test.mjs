import { databaseTest } from 'driftpin/vitest'

/** One for all files of a process, in the process or on a server. */
export const test = databaseTest({ server: process.env.TEST_SERVER })

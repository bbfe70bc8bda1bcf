/** A name that no other test has, for what outlives a test on a server: a database, a role. */
export const uniqueName = (what: string): string =>
  `${what}_${process.pid}_${Math.random().toString(36).slice(2)}`

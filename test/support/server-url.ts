import { inject } from 'vitest'

/** The connection string of the superuser of the run's server of a major. */
export const serverUrl = (major: number): string =>
  inject('servers').find((server) => server.major === major)!.url

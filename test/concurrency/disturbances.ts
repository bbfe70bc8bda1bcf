import type { RealServer } from '../support/real-server.js'
import type { FlakyNetwork } from './open-flaky-network.js'
import type { SoakSite } from './open-soak-site.js'
import { outcomeOf } from './outcome-of.js'
import type { Disturbance } from './start-disturbing.js'

/**
 * Calls a function of the server with the pid of some session that is in the middle of something.
 */
async function signal(site: SoakSite, call: 'pg_terminate_backend' | 'pg_cancel_backend') {
  const text = `SELECT pg_catalog.${call}(pid) FROM (
    SELECT pid FROM pg_catalog.pg_stat_activity
    WHERE application_name = $1 AND state <> 'idle' ORDER BY random() LIMIT 1) AS busy`
  try {
    await site.withClient((client) => client.query(text, [site.name]))
  } catch (error) {
    // A server that is being restarted has no such session.
    if (outcomeOf(error).outcome !== 'unknown') throw error
  }
}

/** An administrator ends a session. */
export const terminating = (every: number): Disturbance => ({
  name: 'terminate',
  every,
  act: (site) => signal(site, 'pg_terminate_backend'),
})

/** An administrator cancels a statement. */
export const cancelling = (every: number): Disturbance => ({
  name: 'cancel',
  every,
  act: (site) => signal(site, 'pg_cancel_backend'),
})

/** The server is restarted, as by an administrator, or as by a crash and its recovery. */
export const restarting = (server: RealServer, every: number): Disturbance => {
  const hows = ['immediate', 'fast'] as const
  let restarts = 0
  return {
    name: 'restart',
    every,
    pauses: true,
    act: () => server.restart(hows[restarts++ % hows.length]!),
  }
}

/** A connection breaks in the middle of a message. */
export const cutting = (network: FlakyNetwork, every: number): Disturbance => ({
  name: 'cut',
  every,
  act: async (_site, random) => network.cut(random),
})

/** For a while nothing arrives, and all of it afterwards. */
export const stalling = (network: FlakyNetwork, every: number): Disturbance => ({
  name: 'stall',
  every,
  // Longer than a connection that is impatient waits for a lock.
  act: () => network.stall(200),
})

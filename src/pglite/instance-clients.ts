import type { PGlite } from '@electric-sql/pglite'
import { DriftpinError } from '../errors.js'
import { findSharedEngine } from './sessions/direct-session.js'
import { WireError } from './sessions/wire-error.js'

/** The longest time for a client to finish the statement that it runs. */
const endMsMax = 2000

const putBack = () =>
  new WireError('FATAL', {
    code: '57P01',
    message: 'terminating connection: the database was put back to where it was',
  })

/** Ends every client before a rewind in place, except those that lose nothing by it. */
export async function endForRewind(pglite: PGlite): Promise<void> {
  const shared = findSharedEngine(pglite)
  await shared?.endForRewind(putBack())
  await shared?.untilQuiet(endMsMax)
}

/** Ends every client of a PGlite that is replaced. */
export async function endClients(pglite: PGlite): Promise<void> {
  const shared = findSharedEngine(pglite)
  shared?.startAgain(putBack())
  await shared?.untilQuiet(endMsMax)
}

/** Ends the clients if one of them runs a statement. */
export async function endBusyClients(pglite: PGlite): Promise<void> {
  const shared = findSharedEngine(pglite)
  const isBusy = () => shared?.queue.owner && shared.queue.owner !== shared.direct
  if (isBusy()) await endForRewind(pglite)
}

/** Admits clients to a PGlite that was rewound. */
export function admitClients(pglite: PGlite): void {
  findSharedEngine(pglite)?.goOnRewound()
}

/**
 * Gives the engine to the session of direct calls of PGlite: a mark records that session, and not
 * the one of a client.
 *
 * @throws DriftpinError `rewind_impossible` while a client has a transaction open.
 */
export async function enterDirectSession(pglite: PGlite): Promise<void> {
  const shared = findSharedEngine(pglite)
  if (!shared) return
  const { owner } = shared.queue
  if (owner && owner !== shared.direct && shared.queue.isKept) {
    throw new DriftpinError(
      'rewind_impossible',
      `A mark cannot be taken while ${owner.label} has a transaction open, after ` +
        `${owner.lastStatement}. End it first.`,
      { owner: owner.label, lastStatement: owner.lastStatement },
    )
  }
  // Any query takes the turn, and with it the session.
  if (owner !== shared.direct) await pglite.query('SELECT')
}

import type { PGlite } from '@electric-sql/pglite'
import { findSharedEngine, WireError } from '../connections/index.js'
import { DriftpinError } from '../errors.js'

/** How long a client may take to end what it is in the middle of. */
const endMsMax = 2000

const putBack = () =>
  new WireError('FATAL', {
    code: '57P01',
    message: 'terminating connection: the database was put back to where it was',
  })

/** Ends every client before a rewind in place, but for those that lose nothing by it. */
export async function endForRewind(pglite: PGlite): Promise<void> {
  const shared = findSharedEngine(pglite)
  await shared?.endForRewind(putBack())
  await shared?.untilQuiet(endMsMax)
}

/** Ends every client of a PGlite that another one takes the place of. */
export async function endClients(pglite: PGlite): Promise<void> {
  const shared = findSharedEngine(pglite)
  shared?.startAgain(putBack())
  await shared?.untilQuiet(endMsMax)
}

/** Ends clients as long as one of them runs something. */
export async function endBusyClients(pglite: PGlite): Promise<void> {
  const shared = findSharedEngine(pglite)
  const isBusy = () => shared?.turns.owner && shared.turns.owner !== shared.direct
  if (isBusy()) await endForRewind(pglite)
}

/** Lets clients begin on a PGlite that was put back to a mark. */
export function beginAnew(pglite: PGlite): void {
  findSharedEngine(pglite)?.goOnRewound()
}

/**
 * Makes the session of the engine that of those who call PGlite itself: what a mark holds is
 * theirs, and no client's.
 *
 * @throws DriftpinError `rewind_impossible` while a client has a transaction open.
 */
export async function leaveClients(pglite: PGlite): Promise<void> {
  const shared = findSharedEngine(pglite)
  if (!shared) return
  const { owner } = shared.turns
  if (owner && owner !== shared.direct && shared.turns.isKept) {
    throw new DriftpinError(
      'rewind_impossible',
      `A mark was asked for while ${owner.label} has a transaction open, after ` +
        `${owner.lastStatement}. End it first.`,
      { owner: owner.label, lastStatement: owner.lastStatement },
    )
  }
  // Whatever asks takes the turn, and with it the session.
  if (owner !== shared.direct) await pglite.query('SELECT')
}

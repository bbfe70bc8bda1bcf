import type { PGlite } from '@electric-sql/pglite'
import { factsOf } from '../../database/index.js'
import { takeTurns } from '../patch-pglite.js'
import { clientMessage } from './protocol-messages.js'
import { SharedEngine } from './shared-engine.js'
import { fatal, locksAreHeld, WireError } from './wire-error.js'

const engines = new WeakMap<PGlite, SharedEngine>()

/** The engine that all users of this PGlite share. */
export function sharedEngineOf(pglite: PGlite): SharedEngine {
  const known = engines.get(pglite)
  if (known) return known
  const engine = new SharedEngine(pglite)
  engines.set(pglite, engine)
  takeTurns(pglite, {
    around: (work) => engine.run(engine.direct, work, () => engine.isInTransaction),
    note: (message) => noteDirect(engine, message),
    close: () => {
      engine.reset(fatal('57P01', 'terminating connection: the database was closed'), 'closed')
    },
  })
  return engine
}

/** The engine of a PGlite that is shared already, if it is. */
export const findSharedEngine = (pglite: PGlite): SharedEngine | undefined => engines.get(pglite)

/** Looks at the SQL of a direct call before it runs. */
function noteDirect(engine: SharedEngine, message: Uint8Array): void {
  const { direct, keeper } = engine
  const type = message[0]
  if (type !== clientMessage.query && type !== clientMessage.parse) return
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength)
  const start = type === clientMessage.query ? 5 : bytes.indexOf(0, 5) + 1
  const sql = bytes.toString('utf8', start, bytes.indexOf(0, start))
  if (keeper.locks.areHeldAgainst(direct) && factsOf(sql).any.touchesLocks) {
    throw new WireError('ERROR', locksAreHeld)
  }
  direct.lastStatement = sql
  keeper.note(direct, [sql])
  if (type === clientMessage.query || bytes[5] === 0) engine.unnamedOf = undefined
}

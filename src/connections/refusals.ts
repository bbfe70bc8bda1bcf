import { type Batch, isFlushed } from './batch.js'
import type { EngineUser } from './engine-turns.js'
import { message, syncMessage, text } from './server-messages.js'
import { WireError, type WireErrorFields } from './wire-error.js'

/** For what a session asked that was ended in the meantime. */
export const gone = (): WireError =>
  new WireError('FATAL', { code: '08006', message: 'the session is gone' })

/** For a client whose server is closed. */
export const shutDown = (): WireError =>
  new WireError('FATAL', {
    code: '57P01',
    message: 'terminating connection due to administrator command',
  })

/** For a client that is sent more than it reads. */
export const doesNotRead = (): WireError =>
  new WireError('FATAL', {
    code: '08006',
    message: 'terminating connection: notifications are sent and not read',
  })

export const locksAreHeld: WireErrorFields = {
  code: '55P03',
  message: 'another session of this PGlite holds advisory locks',
}

/** For a batch whose client has gone before its end. */
export const isLeft: WireErrorFields = { code: '08006', message: 'the client is gone' }

export const noPrograms: WireErrorFields = {
  code: '0A000',
  message: 'COPY with a PROGRAM is not offered by a PGlite',
}

export const noDatabases: WireErrorFields = {
  code: '0A000',
  message: 'a PGlite has one database: others can be neither created nor changed nor dropped',
  hint: 'Use a schema, or serve another PGlite.',
}

/** Takes the place of a batch that is refused, to let the transaction fail that it belongs to. */
export function failingBatch(batch: Batch, fields: WireErrorFields): Batch {
  const hint = fields.hint === undefined ? '' : `, HINT = '${fields.hint}'`
  const why = `RAISE EXCEPTION '${fields.message}' USING ERRCODE = '${fields.code}'${hint}`
  return [
    message('P', text(''), text(`DO $$ BEGIN ${why}; END $$`), Buffer.alloc(2)),
    message('B', text(''), text(''), Buffer.alloc(6)),
    message('E', text(''), Buffer.alloc(4)),
    isFlushed(batch) ? batch.at(-1)! : syncMessage,
  ]
}

/** What a wait for the engine ends with. */
export function engineIsTaken(owner: EngineUser, waitedMs: number): WireError {
  const last = owner.lastStatement ?? 'nothing yet'
  return new WireError('ERROR', {
    code: '55P03',
    message: `waited ${Math.round(waitedMs)} ms for the only session, which ${owner.label} has`,
    detail: `Its last statement was: ${last}`,
    hint:
      'Transactions take turns on a PGlite: end the one that is open, or do not wait for another ' +
      `client inside it. The last statement of ${owner.label} was: ${last.slice(0, 200)}`,
  })
}

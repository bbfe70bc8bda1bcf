import { Queue } from '../../database/index.js'
import type { EngineSession } from './engine-session.js'
import { WireError } from './wire-error.js'

/**
 * Who holds advisory locks beyond a transaction. The engine has one session, which can take a lock
 * again that it has. Therefore a session that asks for any waits while another holds some.
 */
export class AdvisoryLocks extends Queue<EngineSession> {
  isHeldBy(session: EngineSession): boolean {
    return this.isKept && this.owner === session
  }

  areHeldAgainst(session: EngineSession): boolean {
    return this.isKept && this.owner !== session
  }

  /** @param holdsSome Whether the session was found to hold some. */
  note(session: EngineSession, holdsSome: boolean): void {
    // A later session also sees the locks of the holder, because the engine has one session.
    if (holdsSome && !this.isKept) this.begin(session)
    else if (!holdsSome && this.isHeldBy(session)) this.begin(undefined)
  }

  /**
   * Waits until no other session holds any.
   *
   * @throws WireError 55P03 after `waitMsMax`.
   */
  async untilFree(session: EngineSession, waitMsMax: number): Promise<void> {
    const onTimeout = (holder: EngineSession) =>
      new WireError('ERROR', {
        code: '55P03',
        message: `waited ${waitMsMax} ms for advisory locks that ${holder.label} holds`,
        hint: 'A PGlite has one session, in which a lock cannot be held against another.',
      })
    await this.take(session, { waitMsMax, onTimeout })
    this.release(session)
  }
}

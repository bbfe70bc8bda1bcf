import { Queue } from '../../database/index.js'
import { type EngineUser, WireError } from './wire-error.js'

/**
 * Who holds advisory locks beyond a transaction. The engine has one session, which can take a lock
 * again that it has. Therefore a session that asks for any waits while another holds some.
 */
export class AdvisoryLocks extends Queue<EngineUser> {
  isHeldBy(session: EngineUser): boolean {
    return this.isKept && this.owner === session
  }

  areHeldAgainst(session: EngineUser): boolean {
    return this.isKept && this.owner !== session
  }

  /** @param holdsSome Whether the session was found to hold some. */
  note(session: EngineUser, holdsSome: boolean): void {
    // A later session only sees those of the holder, in the one session that there is.
    if (holdsSome && !this.isKept) this.begin(session)
    else if (!holdsSome && this.isHeldBy(session)) this.begin(undefined)
  }

  /**
   * Waits until no other session holds any.
   *
   * @throws WireError 55P03 after `waitMsMax`.
   */
  async untilFree(session: EngineUser, waitMsMax: number): Promise<void> {
    const onTimeout = (holder: EngineUser) =>
      new WireError('ERROR', {
        code: '55P03',
        message: `waited ${waitMsMax} ms for advisory locks that ${holder.label} holds`,
        hint: 'A PGlite has one session, in which a lock cannot be held against another.',
      })
    await this.take(session, { waitMsMax, onTimeout })
    this.release(session)
  }
}

import { quoteIdentifier } from '../../database/index.js'
import { onEveryNotification, tellListeners } from '../patch-pglite.js'
import type { Notification } from './answer.js'
import type { EngineCalls } from './engine-calls.js'
import type { EngineSession } from './engine-session.js'

/** Who listens to what: the engine's one session to everything that any of them listens to. */
export class Listening {
  readonly #engine: EngineCalls
  readonly #sessions: ReadonlySet<EngineSession>
  readonly #direct: EngineSession
  #channels: ReadonlySet<string> = new Set()

  constructor(engine: EngineCalls, sessions: ReadonlySet<EngineSession>, direct: EngineSession) {
    this.#engine = engine
    this.#sessions = sessions
    this.#direct = direct
    onEveryNotification(engine.pglite, (channel, payload) => this.#tellClients(channel, payload))
  }

  /** What the engine listens to is to be looked at anew. */
  forget(): void {
    this.#channels = new Set()
  }

  /**
   * Takes over what a session has asked for, and keeps the engine listening for the others.
   *
   * @param heard What the engine listens to; by default what it did when it was looked at last.
   */
  async settle(
    session: EngineSession,
    heard: readonly string[] = [...this.#channels],
  ): Promise<void> {
    for (const { kind, channel } of session.listenCommands.splice(0)) {
      // By what the engine listens to now, since it may have been rolled back.
      const named = channel === undefined ? [...session.channels] : [channel]
      for (const one of named) {
        if (!heard.includes(one)) session.channels.delete(one)
        else if (kind === 'listen') session.channels.add(one)
      }
    }
    // Begun where no text shows it, such as in a function.
    for (const channel of heard) if (!this.#channels.has(channel)) session.channels.add(channel)
    const wanted = new Set([...this.#sessions].flatMap(({ channels }) => [...channels]))
    const commands: string[] = []
    for (const one of wanted) {
      if (!heard.includes(one)) commands.push(`LISTEN ${quoteIdentifier(one)}`)
    }
    for (const one of heard) {
      if (!wanted.has(one)) commands.push(`UNLISTEN ${quoteIdentifier(one)}`)
    }
    if (commands.length > 0) await this.#engine.query(commands.join(';'))
    this.#channels = wanted
  }

  /** Passes on what a client's session was told while it ran something, to all that listen. */
  tell(notifications: readonly Notification[], from: EngineSession): void {
    for (const one of notifications) {
      one.bytes.writeInt32BE(from.pid, 5)
      tellListeners(this.#engine.pglite, one.channel, one.payload)
      for (const session of this.#sessions) {
        if (session.channels.has(one.channel)) session.hear(one)
      }
    }
  }

  /** PGlite has told those who listen through it already. */
  #tellClients(channel: string, payload: string): void {
    const body = Buffer.from(`${channel}\0${payload}\0`)
    const bytes = Buffer.concat([Buffer.alloc(9), body])
    bytes.write('A', 'latin1')
    bytes.writeInt32BE(bytes.length - 1, 1)
    bytes.writeInt32BE(this.#direct.pid, 5)
    for (const session of this.#sessions) {
      if (session.channels.has(channel)) session.hear({ channel, payload, bytes })
    }
  }
}

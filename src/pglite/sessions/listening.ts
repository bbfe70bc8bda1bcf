import { quoteIdentifier as quoted } from '../../database/index.js'
import { onEveryNotification, tellListeners } from '../patch-pglite.js'
import type { Notification } from './answer.js'
import type { EngineCalls } from './engine-calls.js'
import type { EngineSession } from './engine-session.js'
import { int32, message, text } from './protocol-messages.js'

/** The channels of all sessions. The one session of the engine listens to all of them. */
export class Listening {
  readonly #engine: EngineCalls
  readonly #sessions: ReadonlySet<EngineSession>
  #channels: ReadonlySet<string> = new Set()

  constructor(engine: EngineCalls, sessions: ReadonlySet<EngineSession>, direct: EngineSession) {
    this.#engine = engine
    this.#sessions = sessions
    // PGlite has already called the listeners that were added through its own methods.
    onEveryNotification(engine.pglite, (channel, payload) =>
      this.#deliver(channel, message('A', int32(direct.pid), text(channel), text(payload))),
    )
  }

  /** Forgets the channels of the engine, which are read again. */
  forget(): void {
    this.#channels = new Set()
  }

  /**
   * Records the commands of a session, and keeps the engine listening for the others.
   *
   * @param listened The channels of the engine; by default those that were read last.
   */
  async settle(
    session: EngineSession,
    listened: readonly string[] = [...this.#channels],
  ): Promise<void> {
    for (const { kind, channel } of session.listenCommands.splice(0)) {
      // By the channels that the engine has now, since the command may have been rolled back.
      const named = channel === undefined ? [...session.channels] : [channel]
      for (const one of named) {
        if (!listened.includes(one)) session.channels.delete(one)
        else if (kind === 'listen') session.channels.add(one)
      }
    }
    // A function may listen, which no statement shows.
    for (const channel of listened) if (!this.#channels.has(channel)) session.channels.add(channel)
    const wanted = new Set([...this.#sessions].flatMap(({ channels }) => [...channels]))
    const commands = [
      ...[...wanted].filter((one) => !listened.includes(one)).map((one) => `LISTEN ${quoted(one)}`),
      ...listened.filter((one) => !wanted.has(one)).map((one) => `UNLISTEN ${quoted(one)}`),
    ]
    if (commands.length > 0) await this.#engine.query(commands.join(';'))
    this.#channels = wanted
  }

  /** Delivers the notifications that arrived while the session of a client used the engine. */
  deliver(notifications: readonly Notification[], from: EngineSession): void {
    for (const { channel, payload, bytes } of notifications) {
      bytes.writeInt32BE(from.pid, 5)
      tellListeners(this.#engine.pglite, channel, payload)
      this.#deliver(channel, bytes)
    }
  }

  #deliver(channel: string, bytes: Buffer): void {
    for (const session of this.#sessions) if (session.channels.has(channel)) session.receive(bytes)
  }
}

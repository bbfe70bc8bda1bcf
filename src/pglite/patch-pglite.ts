import type { PGlite } from '@electric-sql/pglite'

/** The status with which the engine leaves a statement that raised an error: a longjmp. */
export const longjmpStatus = 100

/** What PGlite asks of everything that the engine throws is whether it is such an error. */
class EngineCrash {
  readonly #cause: unknown

  constructor(cause: unknown) {
    this.#cause = cause
  }

  /**
   * Thrown where PGlite looks, since it takes whatever else there is for a statement that ended.
   */
  get status(): never {
    throw new Error('The engine crashed.', { cause: this.#cause })
  }
}

/**
 * Lets a crash end what was being run. PGlite would go on with the messages that are left, which an
 * engine that crashed never takes: the process would stand still.
 */
export function stopAtCrash(pglite: PGlite): void {
  const engine = pglite.Module as unknown as { _PostgresMainLoopOnce?: () => void }
  const { _PostgresMainLoopOnce: runOne } = engine
  if (!runOne) return
  engine._PostgresMainLoopOnce = () => {
    try {
      runOne()
    } catch (error) {
      if ((error as { status?: unknown }).status === longjmpStatus) throw error
      throw new EngineCrash(error)
    }
  }
}

/** What the engine exports for its extensions. Its arguments are addresses and C enums. */
interface SettingModule {
  _SetConfigOption?(name: number, value: number, context: number, source: number): void
  stackSave(): number
  stackRestore(pointer: number): void
  stringToUTF8OnStack(text: string): number
}

/** GucContext and GucSource of PostgreSQL's `utils/guc.h`: any user, set for the database. */
const userSet = 6
const fromDatabase = 6

/**
 * Gives all sessions the default search path of a server. PGlite puts `search_path=public` on the
 * command line of its engine, and SQL can change neither that nor what RESET goes back to: only a
 * source that ranks above the command line can. A value that a session has set stays.
 */
export function useServerSearchPath(pglite: PGlite): void {
  const module = pglite.Module as unknown as SettingModule
  if (!module._SetConfigOption) return
  const stack = module.stackSave()
  const name = module.stringToUTF8OnStack('search_path')
  const value = module.stringToUTF8OnStack('"$user", public')
  module._SetConfigOption(name, value, userSet, fromDatabase)
  module.stackRestore(stack)
}

/** Somebody who listens through PGlite itself; without a channel, to all of them. */
export interface Listener {
  readonly channel: string | undefined
  readonly handler: (...payload: string[]) => void
}

const registries = new WeakMap<PGlite, Set<Listener>>()

/**
 * Who listens through a PGlite's own methods. PGlite keeps that to itself, so that those who come
 * and go are noted as they do, from the first call of this on.
 *
 * @param during What PGlite does on behalf of a caller runs in this.
 */
export function listenersOf(
  pglite: PGlite,
  during: <T>(work: () => T) => T = (work) => work(),
): Set<Listener> {
  const known = registries.get(pglite)
  if (known) return known
  const listeners = new Set<Listener>()
  registries.set(pglite, listeners)
  const { listen, unlisten, onNotification, offNotification } = pglite
  const forget = (channel: string | undefined, handler?: unknown) => {
    for (const one of listeners) {
      const isIts = nameOf(one.channel) === nameOf(channel)
      if (isIts && (!handler || one.handler === handler)) listeners.delete(one)
    }
  }
  pglite.listen = async (channel, handler, tx) => {
    const end = await during(() => listen.call(pglite, channel, handler, tx))
    const listener = { channel, handler: handler as Listener['handler'] }
    listeners.add(listener)
    return async (...rest) => {
      listeners.delete(listener)
      await end(...rest)
    }
  }
  pglite.unlisten = async (channel, handler, tx) => {
    await unlisten.call(pglite, channel, handler, tx)
    forget(channel, handler)
  }
  pglite.onNotification = (handler) => {
    listeners.add({ channel: undefined, handler: handler as Listener['handler'] })
    const end = onNotification.call(pglite, handler)
    return () => {
      forget(undefined, handler)
      end()
    }
  }
  pglite.offNotification = (handler) => {
    forget(undefined, handler)
    offNotification.call(pglite, handler)
  }
  return listeners
}

/** Tells them, as PGlite would: after the code that is running. */
export function tellListeners(pglite: PGlite, heard: string, payload: string): void {
  for (const { channel, handler } of listenersOf(pglite)) {
    if (channel === undefined) queueMicrotask(() => handler(heard, payload))
    else if (channelName(channel) === heard) queueMicrotask(() => handler(payload))
  }
}

const nameOf = (channel: string | undefined) =>
  channel === undefined ? undefined : channelName(channel)

/** The name that PGlite makes of what it is given: lower case, but for what is in quotes. */
const channelName = (channel: string) =>
  channel.startsWith('"') && channel.endsWith('"') ? channel.slice(1, -1) : channel.toLowerCase()

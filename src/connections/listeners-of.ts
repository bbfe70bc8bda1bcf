import type { PGlite } from '@electric-sql/pglite'

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

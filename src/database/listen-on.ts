import { quoteIdentifier } from './names.js'
import { outsideAll } from './queue.js'

/** The methods of a connection that listening needs. */
export interface Listening {
  run(text: string): Promise<unknown>
  subscribe(onNotification: (channel: string, payload: string) => void): () => void
}

/** The number of listeners per channel of a connection. Only the last one sends UNLISTEN. */
const counts = new WeakMap<object, Map<string, number>>()

/** The channels of a connection, for code that restores its session. */
export const listensOf = (connection: object): ReadonlyMap<string, number> =>
  new Map(counts.get(connection))

/** Restores the counts: listening that began since then ends silently. */
export function restoreListens(connection: object, listens: ReadonlyMap<string, number>): void {
  counts.set(connection, new Map(listens))
}

/** Listens on a connection until the returned function is called; a second call does nothing. */
export async function listenOn(
  connection: object,
  { run, subscribe }: Listening,
  channel: string,
  handler: (payload: string) => void,
): Promise<() => Promise<void>> {
  const name = quoteIdentifier(channel)
  const count = counts.get(connection) ?? new Map<string, number>()
  counts.set(connection, count)
  const add = (change: 1 | -1) => {
    count.set(channel, (count.get(channel) ?? 0) + change)
    return count.get(channel)
  }
  add(1)
  try {
    await run(`LISTEN ${name}`)
  } catch (error) {
    add(-1)
    throw error
  }
  const unsubscribe = subscribe((heard, payload) => {
    if (heard === channel) outsideAll(() => handler(payload))
  })
  let stopped = false
  return async () => {
    if (stopped) return
    stopped = true
    unsubscribe()
    if (add(-1) === 0) await run(`UNLISTEN ${name}`)
  }
}

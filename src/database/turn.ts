import { DriftpinError } from '../errors.js'

/** Who has a turn now: kept with the asynchronous work that it started, innermost first. */
interface Holder {
  readonly turn: Turn
  readonly taken: Error
  readonly outer: Holder | undefined
  active: boolean
}

/**
 * Where the running code finds the turns that it holds itself. Without AsyncLocalStorage (outside
 * Node) this is undefined, and a wait for oneself is a wait.
 */
const holders = (() => {
  const asyncHooks = globalThis.process?.getBuiltinModule?.('node:async_hooks')
  return asyncHooks && new asyncHooks.AsyncLocalStorage<Holder>()
})()

/**
 * Runs `work` as if nobody had a turn. A notification arrives while somebody's statement runs, and
 * its handler is not part of that.
 */
export function outsideTurns(work: () => void): void {
  if (holders) holders.exit(work)
  else work()
}

/**
 * The innermost turn that has not ended. One that has is forgotten: work that starts itself again
 * and again from inside a turn would otherwise drag an ever longer list along.
 */
function liveHolder(holder: Holder | undefined): Holder | undefined {
  while (holder && !holder.active) holder = holder.outer
  return holder
}

/** One after the other, first come first served, on something that serves one at a time. */
export class Turn {
  #last: Promise<unknown> = Promise.resolve()
  #held = 0

  /** Whether somebody has a turn or waits for one. */
  get isHeld(): boolean {
    return this.#held > 0
  }

  /** Where the turn was taken that the calling code runs inside, if it runs inside one of this. */
  takenByCaller(): Error | undefined {
    let holder = liveHolder(holders?.getStore())
    while (holder && holder.turn !== this) holder = liveHolder(holder.outer)
    return holder?.taken
  }

  /**
   * Runs `work` when all that asked before have finished.
   *
   * @throws DriftpinError `waits_for_itself` when the caller runs inside a turn of this that has
   * not ended: it would wait for its own end.
   */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    const asked = new Error('asked for here')
    const outer = liveHolder(holders?.getStore())
    const own = this.takenByCaller()
    if (own) throw waitsForItself(own, asked)
    const before = this.#last
    this.#held++
    let end = () => {}
    this.#last = new Promise<void>((resolve) => {
      end = resolve
    })
    await before
    const holder: Holder = { turn: this, taken: asked, outer, active: true }
    try {
      return await (holders ? holders.run(holder, work) : work())
    } finally {
      holder.active = false
      this.#held--
      end()
    }
  }
}

const turns = new WeakMap<object, Turn>()

/** The turn of a client, the same one for every adapter of that client. */
export function turnOf(client: object): Turn {
  const known = turns.get(client)
  if (known) return known
  const turn = new Turn()
  turns.set(client, turn)
  return turn
}

function waitsForItself(taken: Error, asked: Error): DriftpinError {
  return new DriftpinError(
    'waits_for_itself',
    'This statement would wait for ever: its own transaction has the only connection. ' +
      'Use the transaction that the callback was given.\n' +
      `The transaction was opened\n${callSite(taken)}\nand the outer one is used\n` +
      callSite(asked),
    { taken, asked },
  )
}

/** Where this package is, as paths are in a stack. */
const root = decodeURIComponent(new URL('../', import.meta.url).pathname).replace(/^\/(?=\w:)/, '')

/** The lines of a stack that its reader can do something about: outside of this package. */
export function callSite(error: Error, lines = 3): string {
  const stack = (error.stack ?? '').split('\n').slice(1)
  const outside = stack.filter((line) => {
    const path = line.replaceAll('\\', '/')
    return !/node_modules|node:/.test(path) && !path.includes(root)
  })
  return (outside.length > 0 ? outside : stack).slice(0, lines).join('\n')
}

import type { Exports, Imports } from './emscripten.js'

/** A timer of the engine: which of its three, and in how many milliseconds it fires. */
export interface Timer {
  readonly which: number
  readonly ms: number
}

/** Read before a test fakes them: an engine follows real time unless it is given a clock. */
const { setTimeout, clearTimeout, performance: clock } = globalThis

/** The timers of an engine. */
export interface EngineTimers {
  /** The timers that are running, each with the milliseconds that it has left. */
  readonly left: () => Timer[]
  readonly setAll: (timers: readonly Timer[]) => void
  /** Fires the timers that are due and have waited for the event loop until now. */
  readonly fireDue: () => void
}

/** Timers that can be put back, and that do not keep an idle process alive. */
export function ownTimers(
  target: Imports,
  exports: () => Exports,
  onCrash: (error: unknown) => void,
): EngineTimers {
  const running = new Map<number, { readonly handle: NodeJS.Timeout; readonly due: number }>()
  const fire = (which: number) => {
    running.delete(which)
    try {
      exports()._emscripten_timeout(which, clock.now())
    } catch (error) {
      onCrash(error)
    }
  }
  const set = (which: number, ms: number) => {
    clearTimeout(running.get(which)?.handle)
    running.delete(which)
    if (ms > 0) {
      const handle = setTimeout(fire, ms, which).unref()
      running.set(which, { handle, due: clock.now() + ms })
    }
    return 0
  }
  target._setitimer_js = set
  return {
    left: () =>
      [...running].map(([which, { due }]) => ({ which, ms: Math.max(1, due - clock.now()) })),
    fireDue: () => {
      for (const [which, { handle, due }] of [...running]) {
        if (due > clock.now()) continue
        clearTimeout(handle)
        fire(which)
      }
    },
    setAll: (timers) => {
      for (const which of running.keys()) set(which, 0)
      for (const { which, ms } of timers) set(which, ms)
    },
  }
}

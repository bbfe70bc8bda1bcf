import { type FilesMark, markFiles, rewindFiles } from './files.js'
import type { Internals, LoaderEvent } from './internals.js'
import { type MemoryMark, markMemory, rewindMemory } from './memory.js'
import type { Timer } from './timers.js'

/** The state of an engine at rest: everything that a rewind restores. */
export interface EngineMark {
  readonly memory: MemoryMark
  readonly files: FilesMark
  readonly tableLength: number
  readonly loader: readonly LoaderEvent[]
  readonly timers: readonly Timer[]
  readonly environment: Readonly<Record<string, string>>
  readonly randomPosition: number
  readonly clock: number | undefined
}

/**
 * Records the state of an engine between two statements. A timer that is due fires first:
 * otherwise it would fire after each rewind to the mark.
 */
export function markEngine(engine: Internals): EngineMark {
  if (engine.crash() === undefined) engine.fireDueTimers()
  return {
    memory: markMemory(engine),
    files: markFiles(engine),
    tableLength: engine.tableLength(),
    loader: [...engine.loader],
    timers: engine.timers(),
    environment: { ...engine.environment },
    randomPosition: engine.random.position(),
    clock: engine.clock,
  }
}

/** Why an engine cannot be rewound to a mark; undefined if it can. */
export function whyNotRewindable(engine: Internals, mark: EngineMark): string | undefined {
  if (engine.crash() !== undefined) return 'the engine crashed'
  if (engine.tableLength() !== mark.tableLength) return 'a module was loaded after the mark'
  if (engine.memory().length < mark.memory.size) return 'the memory shrank'
  return undefined
}

/** @returns The number of bytes that were copied. */
export function rewindEngine(engine: Internals, mark: EngineMark): number {
  engine.setTimers(mark.timers)
  for (const name in engine.environment) delete engine.environment[name]
  Object.assign(engine.environment, mark.environment)
  engine.loader.splice(0, engine.loader.length, ...mark.loader)
  engine.random.goTo(mark.randomPosition)
  engine.clock = mark.clock
  return rewindFiles(engine, mark.files) + rewindMemory(engine, mark.memory)
}

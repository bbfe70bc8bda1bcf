import { DriftpinError, messageOf } from '../errors.js'
import type { Image } from './engine/image.js'
import { type EngineMark, markEngine } from './engine/mark.js'
import {
  type Engine,
  type EngineOptions,
  type Extensions,
  forkEngine,
  startFromFiles,
} from './engine/open-engine.js'
import { readWasm } from './engine/wasm.js'
import { createRandomSource, type RandomSource } from './random-source.js'
import { type WatchedPGlite, watchPGlite } from './watch-pglite.js'

/** What was done with the instances that share a runtime. */
interface InstanceStatistics {
  /** Databases that were started from an image. */
  forks: number
  /** Milliseconds of each rewind, in the order in which they were. */
  readonly rewindMs: number[]
  /** Bytes that rewinds copied back. */
  bytesCopied: number
  /** How often an instance could not be rewound and was replaced, by reason. */
  readonly replaced: Record<string, number>
  /** How often a database was started from the files of an image, by reason. */
  readonly fallbacks: Record<string, number>
}

/** Counts one more of a reason. */
export function count(reasons: Record<string, number>, reason: string): void {
  reasons[reason] = (reasons[reason] ?? 0) + 1
}

/** What all instances of a harness share. */
export interface HarnessRuntime {
  readonly extensions: Extensions
  readonly randomSeed: number | undefined
  readonly statistics: InstanceStatistics
  /** The image that instances start from. */
  readonly image: Image
  /** Whether functions of the caller ran before the image was taken. */
  readonly hasRunFunctions: boolean
  /** Modules that tests loaded. New instances load them first, so that a rewind keeps them. */
  readonly learned: Set<string>
}

/** The state that an instance starts from: the image of the runtime, unless another is given. */
export interface Origin {
  readonly image?: Image
  readonly randomPosition: number
  readonly clock: number | undefined
  /** Whether the session is needed too, so that the files alone are not enough. */
  readonly needsSession?: boolean
}

/** An engine with the clock and the random numbers that it is given. */
export interface RunningEngine {
  readonly engine: Engine
  readonly watch: WatchedPGlite
  readonly random: RandomSource
  /** What `now()` says, in milliseconds since 1970; undefined follows the machine. */
  clock: number | undefined
  /** Its state right after the start. */
  readonly beginning: EngineMark
}

/**
 * Starts an engine that continues from an image. If the engine cannot, it starts from the files of
 * the image, which is slower.
 *
 * @throws DriftpinError `rewind_impossible` if the session is needed and cannot be had.
 */
export async function openRunningEngine(
  runtime: HarnessRuntime,
  origin: Origin,
): Promise<RunningEngine> {
  const random = createRandomSource(runtime.randomSeed)
  random.goTo(origin.randomPosition)
  const given: { clock: number | undefined } = { clock: origin.clock }
  const image = origin.image ?? runtime.image
  const options: EngineOptions = {
    extensions: runtime.extensions,
    wasm: await (await readWasm()).module(),
    random: random.fill,
    clock: () => given.clock,
  }
  const fork = async () => {
    const { filesOnly } = image
    if (filesOnly !== undefined) throw new DriftpinError('image_unusable', filesOnly, {})
    return forkEngine(image, options)
  }
  const { mark, ...engine } = await fork().catch((error) => {
    if (origin.needsSession) throw cannotRewind('its image does not fit', error)
    const why = messageOf(error)
    count(runtime.statistics.fallbacks, why)
    if (origin.image ?? runtime.hasRunFunctions) warnOfLostSession(why)
    return startFromFiles(image, options)
  })
  runtime.statistics.forks++
  const learned = origin.image ? [] : [...runtime.learned]
  for (const path of learned) await engine.pglite.exec(`LOAD '${path}'`)
  // A backend that was seeded before its image was taken would repeat its random numbers.
  const reseeds = runtime.randomSeed === undefined && (origin.image ?? runtime.hasRunFunctions)
  if (reseeds) await engine.pglite.query('SELECT setseed($1)', [2 * Math.random() - 1])
  random.goTo(origin.randomPosition)
  const beginning = learned.length > 0 || reseeds ? markEngine(engine.inside) : mark
  return Object.assign(given, { engine, random, beginning, watch: watchPGlite(engine.pglite) })
}

/** The reasons that were given already. */
const warnedOf = new Set<string>()

/** The files hold what was committed, and nothing of the session. */
function warnOfLostSession(why: string): void {
  if (warnedOf.has(why)) return
  warnedOf.add(why)
  const lost = 'settings, temporary tables, prepared statements, locks and open transactions'
  process.emitWarning(
    `A fork has the committed rows of its origin, but not the session (${lost}). ${why}`,
    'DriftpinWarning',
  )
}

export function cannotRewind(why: string, cause: unknown): DriftpinError {
  return new DriftpinError(
    'rewind_impossible',
    `The database cannot be put back to this mark: ${why}, and no other instance can be made ` +
      'at the mark. Rewind to an earlier one, or fork another database.',
    cause ?? { why },
  )
}

import { DriftpinError, messageOf } from '../errors.js'
import type { Image } from './engine/image.js'
import { type EngineMark, markEngine } from './engine/mark.js'
import { type Engine, type Extensions, forkEngine, startFromFiles } from './engine/open-engine.js'
import { createRandomSource } from './random-source.js'
import { type WatchedPGlite, watchPGlite } from './watch-pglite.js'

/** What was done with the instances that share an origin. */
interface InstanceStatistics {
  /** Engines that were started: for databases, and in place of an instance. */
  databases: number
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

/** What all instances that start from one image share. */
export interface InstanceOrigin {
  readonly extensions: Extensions
  readonly randomSeed: number | undefined
  readonly statistics: InstanceStatistics
  readonly image: Image
  /** Whether functions of the caller ran before the image was taken. */
  readonly hasRunFunctions: boolean
  /** Modules that tests loaded. New instances load them first, so that a rewind keeps them. */
  readonly learned: Set<string>
}

/** An engine, and what PGlite's JavaScript remembers of its session. */
export interface RunningEngine extends Engine {
  readonly watch: WatchedPGlite
  /** Its state right after the start. */
  readonly mark: EngineMark
}

/**
 * Starts an engine that continues from an image. If the engine cannot, it starts from the files of
 * the image, which is slower.
 *
 * @param ofMark The image of a mark, instead of that of the origin.
 * @param needsSession Whether the files alone are not enough.
 * @throws DriftpinError `rewind_impossible` if the session is needed and cannot be had.
 */
export async function openRunningEngine(
  { extensions, randomSeed, statistics, hasRunFunctions, ...origin }: InstanceOrigin,
  ofMark: Image | undefined,
  needsSession: boolean,
): Promise<RunningEngine> {
  const image = ofMark ?? origin.image
  const { randomPosition, clock, filesOnly } = image
  const random = createRandomSource(randomSeed)
  random.goTo(randomPosition)
  const options = { extensions, random, clock }
  const hasOwnSession = ofMark !== undefined || hasRunFunctions
  const fork = async () => {
    if (filesOnly !== undefined) throw new DriftpinError('image_unusable', filesOnly, {})
    return forkEngine(image, options)
  }
  const engine = await fork().catch((error) => {
    if (needsSession) throw cannotRewind('its image does not fit', error)
    const why = messageOf(error)
    count(statistics.fallbacks, why)
    if (hasOwnSession) warnOfLostSession(why)
    return startFromFiles(image, options)
  })
  const { pglite, inside } = engine
  statistics.databases++
  const learned = ofMark ? [] : [...origin.learned]
  for (const path of learned) await pglite.exec(`LOAD '${path}'`)
  // A backend that was seeded before its image was taken would repeat its random numbers.
  const reseeds = randomSeed === undefined && hasOwnSession
  if (reseeds) await pglite.query('SELECT setseed($1)', [2 * Math.random() - 1])
  random.goTo(randomPosition)
  const mark = learned.length > 0 || reseeds ? markEngine(inside) : engine.mark
  return { ...engine, mark: { ...mark, randomPosition }, watch: watchPGlite(pglite) }
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
    `The database cannot be rewound to this mark: ${why}, and no other instance can be started ` +
      'from the mark. Rewind to an earlier mark, or create another database.',
    cause ?? { why },
  )
}

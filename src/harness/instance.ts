import type { PGlite } from '@electric-sql/pglite'
import { DriftpinError, messageOf } from '../errors.js'
import { discard } from './engine/discard.js'
import { type Image, imageOf, imageToKeep, type KeptImage } from './engine/image.js'
import { type EngineMark, markEngine, rewindEngine, whyNotRewindable } from './engine/mark.js'
import {
  type Engine,
  type EngineOptions,
  type Extensions,
  forkEngine,
  startFromFiles,
} from './engine/open-engine.js'
import { readWasm } from './engine/wasm.js'
import { beginAnew, endClients, leaveClients } from './instance-clients.js'
import { createRandomSource, type RandomSource } from './random-source.js'
import { count, type HarnessStatistics } from './statistics.js'
import type { TestInstance } from './test-instance.js'
import { type SessionMark, type WatchedPGlite, watchPGlite } from './watch-pglite.js'

/** What all instances of a harness have in common. */
export interface Workshop {
  readonly extensions: Extensions
  readonly randomSeed: number | undefined
  readonly statistics: HarnessStatistics
  /** Where every instance begins. */
  readonly image: Image
  /** Whether code of the caller's ran before the image was taken. */
  readonly hasRunFunctions: boolean
  /** Modules that tests loaded, which new instances load at once so that they can be rewound. */
  readonly learned: Set<string>
}

/** A point that an instance can be put back to. */
export interface InstanceMark {
  /** Changes when the instance had to be replaced, and the mark with it. */
  state: MarkState
  /** Makes an instance that stands at this mark, where no image of it can. */
  readonly remake: (() => Promise<Instance>) | undefined
}

interface MarkState {
  readonly engine: Engine
  readonly inside: EngineMark
  readonly session: SessionMark
  readonly randomPosition: number
  readonly clock: number | undefined
}

/** Where an instance begins: the workshop's image, unless another is given. */
interface Origin {
  readonly image?: Image
  readonly randomPosition: number
  readonly clock: number | undefined
  /** Whether nothing but the memory will do, since the session has to be there as well. */
  readonly needsSession?: boolean
}

/** An engine, and what it is given from outside. */
interface Standing {
  readonly engine: Engine
  readonly watch: WatchedPGlite
  readonly random: RandomSource
  /** What `now()` says, in milliseconds since 1970; undefined follows the machine. */
  clock: number | undefined
  /** What it stood at in the beginning. */
  readonly beginning: EngineMark
}

/** A PostgreSQL in the process that can be put back to a mark, or replaced where it cannot. */
export class Instance implements TestInstance {
  #base: InstanceMark
  readonly #workshop: Workshop
  readonly #origin: Origin
  #standing: Standing
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  private constructor(workshop: Workshop, origin: Origin, standing: Standing) {
    this.#workshop = workshop
    this.#origin = origin
    this.#standing = standing
    this.#base = { state: stateOf(standing, standing.beginning), remake: undefined }
  }

  static async open(workshop: Workshop, origin: Origin): Promise<Instance> {
    return new Instance(workshop, origin, await stand(workshop, origin))
  }

  /** Where this instance began. */
  get base(): InstanceMark {
    return this.#base
  }

  get pglite(): PGlite {
    return this.#standing.engine.pglite
  }

  get watch(): WatchedPGlite {
    return this.#standing.watch
  }

  get clock(): number | undefined {
    return this.#standing.clock
  }

  set clock(ms: number | undefined) {
    this.#standing.clock = ms
  }

  /** Lets this instance begin where it is now, which only `remake` can repeat. */
  async beginHere(remake: () => Promise<Instance>): Promise<void> {
    this.#base = await this.mark(remake)
  }

  /** Notes where this instance is. Nothing may be going on in it. */
  mark(remake?: () => Promise<Instance>): Promise<InstanceMark> {
    return this.#inTurn(async () => {
      if (!(await this.watch.idle())) {
        const texts = [...this.watch.inFlight].map(({ text }) => text)
        if (texts.length === 0) texts.push('a session of withSession()')
        throw new DriftpinError(
          'rewind_impossible',
          `A mark was asked for while this is going on: ${texts.join('; ')}. Await it first.`,
          { inFlight: [...this.watch.inFlight] },
        )
      }
      await leaveClients(this.pglite)
      const crash = this.#standing.engine.inside.crash()
      if (crash !== undefined) throw cannotRewind('the engine crashed before the mark', crash)
      return { state: stateOf(this.#standing), remake }
    })
  }

  /** Puts this instance back to a mark of it, in place where that is possible. */
  rewind(mark: InstanceMark): Promise<void> {
    return this.#inTurn(async () => {
      const started = performance.now()
      const { statistics } = this.#workshop
      await endClients(this.pglite)
      let why = await this.#whyNot(mark)
      if (why === undefined) {
        await this.watch.rewind(mark.state.session)
        // What was begun while that was awaited must not be cut in half.
        if (this.watch.inFlight.size > 0) why = await this.#whyNot(mark)
      }
      if (why === undefined) {
        statistics.bytesCopied += rewindEngine(this.#standing.engine.inside, mark.state.inside)
        beginAnew(this.pglite)
        this.#standing.random.goTo(mark.state.randomPosition)
        this.#standing.clock = mark.state.clock
      } else {
        count(statistics.replaced, why)
        await this.#replace(mark, why)
      }
      statistics.rewindMs.push(performance.now() - started)
    })
  }

  /** One after the other: a mark that is taken while a rewind goes on would be of neither. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#refuseClosed()
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => {})
    return turn
  }

  async #whyNot({ state }: InstanceMark): Promise<string | undefined> {
    const { engine, watch } = this.#standing
    if (state.engine !== engine) return 'the instance had been replaced since the mark'
    if (engine.pglite.closed) return 'the test closed the instance'
    const isCrashed = engine.inside.crash() !== undefined
    if (!isCrashed && !(await watch.idle())) return 'a statement did not end'
    this.#learn(state)
    return whyNotRewindable(engine.inside, state.inside)
  }

  /** What one test loads, the next is likely to load too. */
  #learn({ inside }: MarkState): void {
    for (const event of this.#standing.engine.inside.loader.slice(inside.loader.length)) {
      if (event.kind === 'open' && event.grew) this.#workshop.learned.add(event.path)
    }
  }

  async #replace(mark: InstanceMark, why: string): Promise<void> {
    const old = this.#standing.engine
    const made = await this.#makeAt(mark, why)
    this.#standing = made.#standing
    mark.state = made.#base.state
    void discard(old)
  }

  /** Another instance, which begins where the mark is. */
  async #makeAt(mark: InstanceMark, why: string): Promise<Instance> {
    if (mark.remake) return mark.remake()
    if (mark === this.#base) return Instance.open(this.#workshop, this.#origin)
    const { engine, inside, randomPosition, clock } = mark.state
    let image: Image
    try {
      image = imageOf(engine.inside, inside)
    } catch (error) {
      throw cannotRewind(why, error)
    }
    return Instance.open(this.#workshop, { image, randomPosition, clock, needsSession: true })
  }

  /**
   * A second instance that stands where this one did at the mark. Where no image can be, it starts
   * from the files: what was committed is there, and nothing that only the session had.
   */
  async fork(mark: InstanceMark): Promise<TestInstance> {
    this.#refuseClosed()
    if (mark.remake) return mark.remake()
    if (mark === this.#base) return Instance.open(this.#workshop, this.#origin)
    const { engine, inside, randomPosition, clock } = mark.state
    const image = imageToKeep(engine.inside, inside)
    return Instance.open(this.#workshop, { image, randomPosition, clock })
  }

  /** An image of this instance as it is, whatever is going on in it. */
  imageNow(): KeptImage {
    const { engine, clock } = this.#standing
    return { ...imageToKeep(engine.inside, markEngine(engine.inside)), clock }
  }

  /** The image of this instance at a mark, for other instances to go on from. */
  imageOf({ state }: InstanceMark): Image {
    return imageOf(state.engine.inside, state.inside)
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await discard(this.#standing.engine)
  }

  #refuseClosed(): void {
    if (!this.#isClosed) return
    throw new DriftpinError('harness_closed', 'This database was closed. Fork another one.', {})
  }
}

async function stand(workshop: Workshop, origin: Origin): Promise<Standing> {
  const random = createRandomSource(workshop.randomSeed)
  random.goTo(origin.randomPosition)
  const given: { clock: number | undefined } = { clock: origin.clock }
  const image = origin.image ?? workshop.image
  const options: EngineOptions = {
    extensions: workshop.extensions,
    wasm: await (await readWasm()).module(),
    random: random.fill,
    clock: () => given.clock,
  }
  const { mark, ...engine } = await forkEngine(image, options).catch((error) => {
    if (origin.needsSession) throw cannotRewind('its image does not fit', error)
    // Whatever does not fit, the files do: never wrong, and never worse than slow.
    count(workshop.statistics.fallbacks, messageOf(error))
    return startFromFiles(image, options)
  })
  workshop.statistics.forks++
  const learned = origin.image ? [] : [...workshop.learned]
  for (const path of learned) await load(engine, path)
  // A backend that gave random numbers before its image was taken would give the same again.
  const reseeds = workshop.randomSeed === undefined && (origin.image ?? workshop.hasRunFunctions)
  if (reseeds) await engine.pglite.query('SELECT setseed($1)', [2 * Math.random() - 1])
  random.goTo(origin.randomPosition)
  const beginning = learned.length > 0 || reseeds ? markEngine(engine.inside) : mark
  return Object.assign(given, { engine, random, beginning, watch: watchPGlite(engine.pglite) })
}

const load = ({ pglite }: Engine, path: string) => pglite.exec(`LOAD '${path}'`)

function stateOf(
  { engine, watch, random, clock }: Standing,
  inside: EngineMark = markEngine(engine.inside),
): MarkState {
  return {
    engine,
    inside,
    session: watch.mark(),
    randomPosition: random.position(),
    clock,
  }
}

function cannotRewind(why: string, cause: unknown): DriftpinError {
  return new DriftpinError(
    'rewind_impossible',
    `The database cannot be put back to this mark: ${why}, and no other instance can be made ` +
      'at the mark. Rewind to an earlier one, or fork another database.',
    cause ?? { why },
  )
}

import type { PGlite } from '@electric-sql/pglite'
import { Queue } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { Archive } from './archive.js'
import { type Image, imageOf, imageToKeep } from './engine/image.js'
import { type EngineMark, markEngine, rewindEngine, whyNotRewindable } from './engine/mark.js'
import { discard, type Engine } from './engine/open-engine.js'
import {
  cannotRewind,
  count,
  type InstanceOrigin,
  openRunningEngine,
  type RunningEngine,
} from './running-engine.js'
import { findSharedEngine } from './sessions/direct-session.js'
import type { SharedEngine } from './sessions/shared-engine.js'
import type { SessionMark, WatchedPGlite } from './watch-pglite.js'

/** An embedded PostgreSQL that can be rewound to a mark, with images or without. */
export interface TestInstance {
  readonly pglite: PGlite
  readonly watch: WatchedPGlite
  /** What `now()` says, in milliseconds since 1970; undefined follows the machine. */
  clock: number | undefined
  /** The mark of its start. */
  readonly base: object
  /**
   * Makes the current state the start of this instance.
   *
   * @param remake Makes another instance in this state.
   * @returns The state, for others to start from; undefined if only `remake` can repeat it.
   */
  beginHere(remake: () => Promise<TestInstance>): Promise<Image | Archive | undefined>
  mark(): Promise<object>
  rewind(mark: object): Promise<void>
  /** Another instance in the state of the mark. */
  fork(mark: object): Promise<TestInstance>
  /** An image of its current state; missing without images. */
  imageNow?(): Image
  close(): Promise<void>
}

/** A state that an instance can be rewound to. */
export interface InstanceMark {
  /** Changes when the instance has to be replaced. */
  state: MarkState
  /** Makes an instance in this state, if no image of it can be made. */
  readonly remake: (() => Promise<Instance>) | undefined
}

interface MarkState {
  readonly engine: Engine
  readonly inside: EngineMark
  readonly session: SessionMark
}

/** An embedded PostgreSQL that is rewound in place, or replaced if that is not possible. */
export class Instance implements TestInstance {
  #base: InstanceMark
  readonly #origin: InstanceOrigin
  /** The image that this instance starts from, if it is not that of its origin. */
  readonly #image: Image | undefined
  #running: RunningEngine
  readonly #queue = new Queue()
  #isClosed = false

  private constructor(origin: InstanceOrigin, running: RunningEngine, image: Image | undefined) {
    this.#origin = origin
    this.#image = image
    this.#running = running
    this.#base = { state: stateOf(running, running.mark), remake: undefined }
  }

  /** Opens an instance that stands where the image of its origin does, or at another image. */
  static async open(
    origin: InstanceOrigin,
    image?: Image,
    { needsSession = false } = {},
  ): Promise<Instance> {
    return new Instance(origin, await openRunningEngine(origin, image, needsSession), image)
  }

  /** The mark of its start. */
  get base(): InstanceMark {
    return this.#base
  }

  get pglite(): PGlite {
    return this.#running.pglite
  }

  get #clients(): SharedEngine | undefined {
    return findSharedEngine(this.pglite)
  }

  get watch(): WatchedPGlite {
    return this.#running.watch
  }

  get clock(): number | undefined {
    return this.#running.inside.clock
  }

  set clock(ms: number | undefined) {
    this.#running.inside.clock = ms
  }

  async beginHere(remake: () => Promise<Instance>): Promise<Image | undefined> {
    this.#base = await this.mark(remake)
    const { engine, inside } = this.#base.state
    try {
      return imageOf(engine.inside, inside)
    } catch {
      return undefined
    }
  }

  /** Records the current state. The instance must be idle. */
  mark(remake?: () => Promise<Instance>): Promise<InstanceMark> {
    return this.#oneAtATime(async () => {
      if (!(await this.watch.idle())) {
        const texts = [...this.watch.inFlight].map(({ text }) => text)
        if (texts.length === 0) texts.push('a session of withSession()')
        throw new DriftpinError(
          'rewind_impossible',
          `A mark cannot be taken while this is running: ${texts.join('; ')}. Await it first.`,
          { inFlight: [...this.watch.inFlight] },
        )
      }
      await this.#clients?.enterDirectSession()
      const crash = this.#running.inside.crash()
      if (crash !== undefined) throw cannotRewind('the engine crashed before the mark', crash)
      return { state: stateOf(this.#running), remake }
    })
  }

  /** Rewinds this instance to one of its marks, in place if possible. */
  rewind(mark: InstanceMark): Promise<void> {
    return this.#oneAtATime(async () => {
      const started = performance.now()
      const { statistics } = this.#origin
      await this.#clients?.endForRewind()
      let why = await this.#whyNot(mark)
      if (why === undefined) {
        await this.watch.rewind(mark.state.session)
        // Work that was started meanwhile must not be interrupted in the middle.
        if (this.#clients?.hasBusyClient) await this.#clients.endForRewind()
        if (this.watch.inFlight.size > 0) why = await this.#whyNot(mark)
      }
      if (why === undefined) {
        statistics.bytesCopied += rewindEngine(this.#running.inside, mark.state.inside)
        this.#clients?.continueAfterRewind()
      } else {
        count(statistics.replaced, why)
        await this.#replace(mark, why)
      }
      statistics.rewindMs.push(performance.now() - started)
    })
  }

  /** Marks and rewinds run one at a time: a mark during a rewind would mix two states. */
  #oneAtATime<T>(work: () => Promise<T>): Promise<T> {
    this.#refuseClosed()
    return this.#queue.hold(work)
  }

  async #whyNot({ state }: InstanceMark): Promise<string | undefined> {
    const { pglite, inside, watch } = this.#running
    if (state.engine !== this.#running) return 'the instance had been replaced since the mark'
    if (pglite.closed) return 'the test closed the instance'
    if (inside.crash() === undefined && !(await watch.idle())) return 'a statement did not end'
    this.#learn(state)
    return whyNotRewindable(inside, state.inside)
  }

  /** The next test is likely to load the same modules. */
  #learn({ inside }: MarkState): void {
    for (const event of this.#running.inside.loader.slice(inside.loader.length)) {
      if (event.kind === 'open' && event.grew) this.#origin.learned.add(event.path)
    }
  }

  async #replace(mark: InstanceMark, why: string): Promise<void> {
    const old = this.#running
    await this.#clients?.endClients()
    const made = await this.#makeAt(mark, why)
    this.#running = made.#running
    mark.state = made.#base.state
    void discard(old)
  }

  /** Another instance, which starts in the state of the mark. */
  async #makeAt(mark: InstanceMark, why: string): Promise<Instance> {
    if (mark.remake) return mark.remake()
    if (mark === this.#base) return Instance.open(this.#origin, this.#image)
    const { engine, inside } = mark.state
    let image: Image
    try {
      image = imageOf(engine.inside, inside)
    } catch (error) {
      throw cannotRewind(why, error)
    }
    return Instance.open(this.#origin, image, { needsSession: true })
  }

  /**
   * A second instance in the state of the mark. If no image can be made, it starts from the files:
   * it has what was committed, and nothing of the session.
   */
  async fork(mark: InstanceMark): Promise<TestInstance> {
    this.#refuseClosed()
    if (mark.remake) return mark.remake()
    if (mark === this.#base) return Instance.open(this.#origin, this.#image)
    const { engine, inside } = mark.state
    return Instance.open(this.#origin, imageToKeep(engine.inside, inside))
  }

  /** An image of the current state, even while a transaction is open. */
  imageNow(): Image {
    const { inside } = this.#running
    return imageToKeep(inside, markEngine(inside))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await discard(this.#running)
  }

  #refuseClosed(): void {
    if (!this.#isClosed) return
    throw new DriftpinError('harness_closed', 'This database is closed. Create another one.', {})
  }
}

const stateOf = (engine: RunningEngine, inside = markEngine(engine.inside)): MarkState => ({
  engine,
  inside,
  session: engine.watch.mark(),
})

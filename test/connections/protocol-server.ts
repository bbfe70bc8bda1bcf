import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { ClientActivity, ServeOptions } from '../../src/connections.js'
import { type Place, RawClient } from './raw-client.js'

/** So long a process may think before it counts as one that hangs. */
const patienceMsMax = 20_000

/** So often the states of clients are looked at before they count as what they stay. */
const looksMax = 1000

/**
 * Servers in a process of their own: an engine that blocks its process cannot be stopped from
 * inside it, and an exception that nobody caught shows in how the process ends.
 */
export class ServerProcess {
  readonly #child: ChildProcess
  #said = ''
  #asked = 0
  readonly #waiting = new Map<number, (answer: unknown) => void>()

  constructor() {
    const script = fileURLToPath(new URL('protocol-server-process.ts', import.meta.url))
    const execArgv = ['--import', 'tsx']
    const child = fork(script, { execArgv, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    this.#child = child
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk) => {
        this.#said += chunk
      })
    }
    child.on('message', (answer: { id: number; value: unknown }) => {
      this.#waiting.get(answer.id)?.(answer.value)
      this.#waiting.delete(answer.id)
    })
    child.on('exit', (code, signal) => {
      for (const wake of this.#waiting.values()) wake({ why: `it ended with ${code ?? signal}` })
    })
  }

  /** Serves a database of its own, which is empty, or one that was served before. */
  async open(options: ServeOptions = {}, again?: ServedDatabase): Promise<ServedDatabase> {
    const asked = { options, again: again?.server }
    const { server, url } = await this.ask<{ server: number; url: string }>('open', asked)
    return new ServedDatabase(this, server, url, options)
  }

  /** Why one cannot be served like this. */
  async tryOpen(options: ServeOptions): Promise<string | undefined> {
    const value = await this.#answer('open', { options })
    return (value as { why?: string }).why
  }

  /** A process that does not answer hangs, and is killed. */
  async ask<T>(what: string, more: object = {}): Promise<T> {
    const value = await this.#answer(what, more)
    const why = (value as { why?: string } | undefined)?.why
    if (why === undefined) return value as T
    this.kill()
    throw new Error(`The process of the server: ${why}. It said: ${this.#said.slice(-2000)}`)
  }

  /** Lets the process of the tests end while this one runs, which ends then too. */
  unref(): this {
    const { channel, stdout, stderr } = this.#child
    this.#child.unref()
    for (const one of [channel, stdout, stderr]) (one as unknown as { unref(): void }).unref()
    return this
  }

  /** A warning of the runtime is a word too many. */
  expectSilence(): void {
    expect(this.#said).toBe('')
  }

  /** Ends it, which is to go well and without a word: a warning of the runtime is one. */
  async end(): Promise<void> {
    if (!this.#child.connected) return
    const exit = once(this.#child, 'exit')
    await this.ask('end')
    const [code] = await exit
    expect({ code, said: this.#said }).toEqual({ code: 0, said: '' })
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Settles when it has ended, by whatever. */
  async untilGone(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await once(this.#child, 'exit')
    }
  }

  async #answer(what: string, more: object): Promise<unknown> {
    if (!this.#child.connected) return { why: 'it is gone' }
    const id = ++this.#asked
    let patience: NodeJS.Timeout | undefined
    const value = await new Promise<unknown>((resolve) => {
      this.#waiting.set(id, resolve)
      patience = setTimeout(() => resolve({ why: 'it hangs' }), patienceMsMax)
      this.#child.send({ id, what, ...more })
    })
    clearTimeout(patience)
    return value
  }
}

/** One served database in such a process. */
export class ServedDatabase {
  readonly url: string
  readonly place: Place
  readonly #process: ServerProcess
  readonly server: number
  readonly #password: string | undefined
  readonly #clients: RawClient[] = []

  constructor(process: ServerProcess, server: number, url: string, options: ServeOptions) {
    const { path, password } = options
    this.#password = password
    this.#process = process
    this.server = server
    this.url = url
    this.place = path === undefined ? { port: Number(new URL(url).port) } : { path }
  }

  activity(): Promise<ClientActivity[]> {
    return this.#process.ask('activity', { server: this.server })
  }

  /** Waits until the clients are in these states, in any order. */
  untilStates(...states: readonly string[]): Promise<void> {
    const wanted = [...states].sort().join()
    return this.#until(wanted, (found) => [...found].sort().join() === wanted)
  }

  /** Waits until so many wait for a turn, whatever others do. */
  untilWaiting(count: number): Promise<void> {
    const countIn = (found: readonly string[]) => found.filter((one) => one === 'waiting').length
    return this.#until(`${count} waiting`, (found) => countIn(found) === count)
  }

  /** Ends the server, but not its process. */
  close(): Promise<void> {
    return this.#process.ask('close', { server: this.server })
  }

  /** Ends the server and gives its database back, for good. */
  drop(): Promise<void> {
    return this.#process.ask('drop', { server: this.server })
  }

  /** A client, which is dropped with the test that is running. */
  async client(settings: Readonly<Record<string, string>> = {}): Promise<RawClient> {
    return this.#keep(await RawClient.start(this.place, settings, this.#password))
  }

  /** One that has not said anything yet. */
  async stranger(): Promise<RawClient> {
    return this.#keep(await RawClient.connect(this.place))
  }

  /** After whatever a test did, a new client is answered, and nobody is left. */
  async expectHealth(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.vanish()
    const fresh = await RawClient.start(this.place, {}, this.#password)
    expect(await fresh.rows('SELECT 40 + 2')).toEqual(['42'])
    await fresh.end()
    await this.untilStates()
  }

  async #until(wanted: string, isIt: (states: readonly string[]) => boolean): Promise<void> {
    for (let look = 1; ; look++) {
      const found = (await this.activity()).map(({ state }) => state)
      if (isIt(found)) return
      if (look === looksMax) throw new Error(`The clients are [${found}], and not [${wanted}]`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  #keep(client: RawClient): RawClient {
    this.#clients.push(client)
    return client
  }
}

/**
 * One for all files of a test process, because starting one takes longer than most files. It ends
 * with the test process; that one ends well and without a word is for those who start their own.
 */
let shared: ServerProcess | undefined

/**
 * A served database for the tests of a file, which has to be well after each of them. A process
 * that a test has spoiled is replaced, so that the next test tells of itself.
 */
export function useServedDatabase(options: ServeOptions = {}): {
  readonly database: ServedDatabase
  /** Another one in the same process. */
  open(options: ServeOptions): Promise<ServedDatabase>
} {
  let process: ServerProcess
  let opened: ServedDatabase[] = []
  const open = async (other: ServeOptions) => {
    const database = await process.open(other)
    opened.push(database)
    return database
  }
  const start = async () => {
    shared ??= new ServerProcess().unref()
    process = shared
    opened = []
    await open(options)
  }
  const kill = () => {
    process.kill()
    if (shared === process) shared = undefined
  }
  beforeAll(start)
  afterEach(async () => {
    try {
      await opened[0]!.expectHealth()
    } catch (error) {
      kill()
      await start()
      throw error
    }
  })
  afterAll(async () => {
    try {
      for (const database of opened) await database.drop()
      process.expectSilence()
    } catch (error) {
      kill()
      throw error
    }
  })
  return {
    get database() {
      return opened[0]!
    },
    open,
  }
}

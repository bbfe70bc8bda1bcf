/** What a test was given. */
interface Taken<T> {
  readonly opened: T
  /** Whether it is closed after the test, instead of being made ready for the next. */
  readonly own: boolean
}

interface Ways<T> {
  open(): Promise<T>
  /** Called whenever a test takes one. */
  prepare?(opened: T): Promise<void>
  /** Makes the shared one ready for the next test; false where it is to be closed instead. */
  reuse(opened: T, isClean: boolean): Promise<boolean>
  close(opened: T): Promise<void>
}

/** The databases of a worker, of which one is shared by tests that come one after the other. */
export interface Turns<T> {
  /** One of its own where that is wanted, or where a test has the shared one already. */
  take(wantsOwn: boolean): Promise<Taken<T>>
  /** Gives one back also where `work` fails, without which no test would begin. */
  orGiveBack<R>(taken: Taken<T>, work: () => Promise<R>): Promise<R>
  giveBack(taken: Taken<T>, isClean: boolean): Promise<void>
}

export function takeTurns<T>({ open, prepare, reuse, close }: Ways<T>): Turns<T> {
  let shared: Promise<T> | undefined
  let isTaken = false
  /** Whoever comes next opens another one. */
  const giveUp = async (own: boolean, opened: T | undefined) => {
    if (!own) shared = undefined
    if (opened !== undefined) await close(opened)
  }
  const giveBack = async ({ opened, own }: Taken<T>, isClean: boolean) => {
    let isKept = false
    try {
      isKept = !own && (await reuse(opened, isClean))
    } finally {
      isTaken &&= own
      if (!isKept) await giveUp(own, opened)
    }
  }
  return {
    giveBack,
    async take(wantsOwn) {
      const own = wantsOwn || isTaken
      isTaken ||= !own
      let opened: T | undefined
      try {
        if (!own) shared ??= open()
        opened = await (own ? open() : shared!)
        await prepare?.(opened)
        return { opened, own }
      } catch (error) {
        isTaken &&= own
        await giveUp(own, opened).catch(() => {})
        throw error
      }
    },
    async orGiveBack(taken, work) {
      try {
        return await work()
      } catch (error) {
        await giveBack(taken, false).catch(() => {})
        throw error
      }
    },
  }
}

import { createRandom, type Random } from './create-random.js'
import type { SoakSite } from './open-soak-site.js'

/** A failure that is made to happen while the steps of a soak go on. */
export interface Disturbance {
  readonly name: string
  /** It comes after every so many steps. */
  readonly every: number
  /** Whether those that lost their connection wait for its end, since whatever they do fails. */
  readonly pauses?: boolean
  act(site: SoakSite, random: Random): Promise<void>
}

/** Lets failures happen, counted by steps and not by time. */
export function startDisturbing(
  disturbances: readonly Disturbance[],
  {
    site,
    seed,
    onFault,
  }: {
    readonly site: SoakSite
    readonly seed: number
    /** Called where a failure could not be made to happen. */
    onFault(fault: string): void
  },
) {
  const random = createRandom(seed + 7)
  const counts: Record<string, number> = {}
  const running = new Map<Disturbance, Promise<void>>()
  let steps = 0

  const disturb = (one: Disturbance) => {
    const acting = one.act(site, random).then(
      () => {
        counts[one.name] = (counts[one.name] ?? 0) + 1
      },
      (error: Error) => onFault(`${one.name}: ${error.stack}`),
    )
    running.set(
      one,
      acting.finally(() => running.delete(one)),
    )
  }
  const pauses = () =>
    Promise.all([...running].filter(([one]) => one.pauses).map(([, acting]) => acting))
  return {
    async afterStep(isLost: boolean) {
      steps += 1
      for (const one of disturbances) {
        if (steps % one.every === 0 && !running.has(one)) disturb(one)
      }
      if (isLost) await pauses()
    },
    /** Waits for those that are under way, and answers how often each has happened. */
    async stop(): Promise<Readonly<Record<string, number>>> {
      await Promise.all(running.values())
      return counts
    },
  }
}

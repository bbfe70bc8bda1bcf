import { setTimeout as sleep } from 'node:timers/promises'
import type { Finding, Law, Observation, Race, RaceEnding } from '../law.js'
import { raceLaws } from '../laws.js'

/** A law that a race broke. */
export interface BrokenLaw {
  readonly law: Law
  readonly findings: readonly Finding[]
}

/** Observing without a pause would slow down the sessions too much. */
const pauseMs = 5

/** Checks the laws against everything that readers see, and keeps the first that is broken. */
export class Observer {
  /** What the reader saw that reads after every commit. */
  readonly observations: Observation[] = []
  /** The number of observations of all readers. */
  count = 0
  broken: BrokenLaw | undefined
  readonly #race: Race
  readonly #onCheck: () => void
  readonly #last = new Map<string, Observation>()

  constructor(race: Race, onCheck: () => void) {
    this.#race = race
    this.#onCheck = onCheck
  }

  see(by: 'turns' | 'free', observation: Observation): void {
    this.count += 1
    const before = this.#last.get(by)
    this.#last.set(by, observation)
    if (by === 'turns') this.observations.push(observation)
    this.#check((law) => [
      ...(law.inObservation?.(observation, this.#race) ?? []),
      ...((before && law.between?.(before, observation, this.#race)) ?? []),
    ])
  }

  end(ending: RaceEnding): void {
    this.#check((law) => law.afterRace?.(ending) ?? [])
  }

  #check(find: (law: Law) => readonly Finding[]): void {
    for (const law of raceLaws) {
      // Further findings may be consequences of the first.
      if (this.broken) return
      const findings = find(law)
      this.#onCheck()
      if (findings.length > 0) this.broken = { law, findings }
    }
  }

  /** Observes all the time, also while turns are taken. */
  freely(observe: () => Promise<Observation>) {
    let stopped = false
    const observing = (async () => {
      while (!stopped) {
        this.see('free', await observe())
        await sleep(pauseMs)
      }
    })()
    // The caller of `stop` receives the error.
    observing.catch(() => {})
    return {
      async stop() {
        stopped = true
        await observing
      },
    }
  }
}

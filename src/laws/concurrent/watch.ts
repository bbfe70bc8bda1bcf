import { setTimeout as sleep } from 'node:timers/promises'
import type { Finding } from '../law.js'
import type { RaceEnding, RaceLaw, RaceLog } from './race-law.js'
import { raceLaws } from './race-laws.js'
import type { Sight } from './sight.js'

/** A law with what speaks against it. */
export interface BrokenRaceLaw {
  readonly law: RaceLaw
  readonly findings: readonly Finding[]
}

/** Reading without a pause would take half of the server from those who are read. */
const freePauseMs = 5

/** The law of the first fault, wherever it was seen. */
export class Watch {
  /** What the reader saw that looks after every commit. */
  readonly sights: Sight[] = []
  /** How often anybody looked. */
  count = 0
  broken: BrokenRaceLaw | undefined
  readonly #log: RaceLog
  readonly #onHold: () => void
  readonly #last = new Map<string, Sight>()

  constructor(log: RaceLog, onHold: () => void) {
    this.#log = log
    this.#onHold = onHold
  }

  see(by: 'turns' | 'free', sight: Sight): void {
    this.count += 1
    const before = this.#last.get(by)
    this.#last.set(by, sight)
    if (by === 'turns') this.sights.push(sight)
    this.#hold((law) => [
      ...(law.inSight?.(sight, this.#log) ?? []),
      ...((before && law.between?.(before, sight, this.#log)) ?? []),
    ])
  }

  end(ending: RaceEnding): void {
    this.#hold((law) => law.whenOver?.(ending) ?? [])
  }

  #hold(look: (law: RaceLaw) => readonly Finding[]): void {
    for (const law of raceLaws) {
      // Only the first fault is told: others may follow from it.
      if (this.broken) return
      const findings = look(law)
      this.#onHold()
      if (findings.length > 0) this.broken = { law, findings }
    }
  }

  /** A reader that takes no turns: it sees what comes in the middle of one. */
  freely(look: () => Promise<Sight>) {
    let stopped = false
    const looking = (async () => {
      while (!stopped) {
        this.see('free', await look())
        await sleep(freePauseMs)
      }
    })()
    // Whoever stops it hears of it.
    looking.catch(() => {})
    return {
      async stop() {
        stopped = true
        await looking
      },
    }
  }
}

import { median } from '../measured.ts'
import type { Workplace } from './open-workplace.ts'
import { rounds } from './rounds.ts'
import { runChild } from './run-child.ts'

/** One way to the first query of a new process. */
export interface Boot {
  readonly firstQueryMs: number
  readonly peakRssBytes: number
}

export interface Growth {
  readonly rss: number
  readonly heapUsed: number
  readonly slowDown: number
}

/** The three ways take turns, so that a busy moment of the machine does not hit one alone. */
export async function measureBoots({ dist, cacheDirectory }: Workplace, tarFile: string) {
  const ways = {
    image: new Way('boot-from-image', [dist, cacheDirectory]),
    migrate: new Way('boot-by-migrating', [dist]),
    tar: new Way('boot-from-tar', [tarFile]),
  }
  for (let round = 0; round < rounds.boots; round++) {
    for (const way of Object.values(ways)) await way.run()
  }
  const found = [ways.image, ways.migrate, ways.tar].map(({ migrations }) => migrations)
  if (!(found[0]! > 0) || new Set(found).size !== 1) {
    throw new Error(`The databases are not alike: ${found.join(', ')} migrations.`)
  }
  return { image: ways.image.boot(), migrate: ways.migrate.boot(), tar: ways.tar.boot() }
}

class Way {
  migrations = 0
  readonly #child: string
  readonly #args: readonly string[]
  readonly #times: number[] = []
  readonly #bytes: number[] = []

  constructor(child: string, args: readonly string[]) {
    this.#child = child
    this.#args = args
  }

  async run(): Promise<void> {
    const { firstMs, lines } = await runChild(this.#child, this.#args)
    this.migrations = Number(lines[0])
    this.#times.push(firstMs)
    this.#bytes.push(Number(lines[1]))
  }

  boot(): Boot {
    return { firstQueryMs: median(this.#times), peakRssBytes: median(this.#bytes) }
  }
}

/** Growth is a part of what was there at the first look: 0.03 is three percent more. */
export async function measureGrowth({ dist, cacheDirectory }: Workplace): Promise<Growth> {
  const counts = [rounds.growthStart, rounds.growthRewinds].map(String)
  const args = [dist, cacheDirectory, ...counts]
  const { lines } = await runChild('rewind-many-times', args, ['--expose-gc'])
  const { first, last, earlyMs, lateMs } = JSON.parse(lines[0]!) as {
    first: { rss: number; heapUsed: number }
    last: { rss: number; heapUsed: number }
    earlyMs: number
    lateMs: number
  }
  return {
    rss: last.rss / first.rss - 1,
    heapUsed: last.heapUsed / first.heapUsed - 1,
    slowDown: lateMs / earlyMs,
  }
}

import { openEmbeddedEnvironment } from '../../src/laws/embedded-environment.ts'
import type { Environment } from '../../src/laws/environment.ts'
import { bundledFiles } from '../../src/migrations/generated/bundled.ts'
import { parseMigrations } from '../../src/migrations/parse-migrations.ts'
import { megabytes, ms } from '../harness/render-table.ts'
import { isReduced } from '../harness/rounds.ts'
import type { Measured } from '../measured.ts'
import { createHistories } from './create-histories.ts'
import { measureGrowth } from './measure-growth.ts'
import { openCloneEnvironment } from './open-clone-environment.ts'
import { commandsEach, commandsOfGrowthMax, rounds, seed } from './rounds.ts'
import { runHistories, sumOf, type Times } from './run-histories.ts'

const migrations = parseMigrations(bundledFiles)

/** Measures random histories on a PGlite that is rewound, and on one that is cloned for each. */
export async function benchProperty(): Promise<Measured> {
  const made = createHistories(rounds.warmUps + rounds.histories)
  const [warmUps, timed] = [made.slice(0, rounds.warmUps), made.slice(rounds.warmUps)]
  const few = timed.slice(0, rounds.clones)
  const evidence = '.driftpin/laws/bench.image'
  const { engine, times } = await stage(
    'rewinds',
    openEmbeddedEnvironment({ migrations, evidence }),
    {
      warmUps,
      timed,
    },
  )
  const rewound = sumOf(times)
  const rewoundFew = sumOf(times.slice(0, few.length))
  const onClones = await stage('clones', openCloneEnvironment(migrations), {
    warmUps: warmUps.slice(0, 1),
    timed: few,
  })
  const cloned = sumOf(onClones.times)
  const growth = await measureGrowth()
  const isolation = (sum: { isolationMs: number }, count: number) => ms(sum.isolationMs / count)
  return {
    versions: { postgresql: engine },
    notes: [
      ...(isReduced ? ['a reduced run, to see that it works: quote nothing of it'] : []),
      `${timed.length} histories of exactly ${commandsEach} commands, which are the beginnings of` +
        ` longer ones, made beforehand with seed ${seed}, after ${warmUps.length} to warm up`,
      `of the ${commandsEach} commands ${Math.round(rewound.commands / timed.length)} were done,` +
        ' with those of transactions; the others found nothing to do; every law is held',
      `isolation, a history: a rewind ${isolation(rewound, timed.length)}, a clone` +
        ` ${isolation(cloned, few.length)} (${few.length} of the same histories)`,
      `memory: VmRSS after gc() at ${rounds.growthHistories} histories of ${commandsOfGrowthMax}` +
        ` command at most against ${rounds.growthStart}: ${megabytes(growth.lastBytes)} against` +
        ` ${megabytes(growth.firstBytes)}; they took ${ms(growth.ms)}`,
    ],
    figures: {
      historiesPerSecond: (timed.length / rewound.ms) * 1000,
      commandsPerSecond: (rewound.commands / rewound.ms) * 1000,
      isolationShare: rewound.isolationMs / rewound.ms,
      rssGrowthOver20000: growth.lastBytes / growth.firstBytes - 1,
    },
    // The same histories, so that the rates are as the times are.
    ratios: { historiesVsClonePerRun: cloned.ms / rewoundFew.ms },
  }
}

/** Says on standard error how the run gets on, since all of it takes minutes. */
async function stage(
  name: string,
  opening: Promise<Environment>,
  histories: Parameters<typeof runHistories>[2],
): Promise<{ engine: string; times: Times[] }> {
  const environment = await opening
  try {
    const times = await runHistories(environment, migrations, histories)
    const sum = sumOf(times)
    console.error(`${name}: ${times.length} histories in ${ms(sum.ms)}`)
    return { engine: environment.engine, times }
  } finally {
    await environment.close()
  }
}

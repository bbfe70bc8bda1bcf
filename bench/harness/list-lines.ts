import type { Boot } from './measure-boots.ts'
import type { Resets, ServerTimes } from './measure-resets.ts'
import type { SuiteTimes } from './measure-suites.ts'
import { type Line, megabytes, ms, percent } from './render-table.ts'
import { rounds, testsPerFile } from './rounds.ts'

/** Everything that the table tells. */
export interface Found {
  readonly figures: {
    readonly rewindAfterWritesP50Ms: number
    readonly rewindAfterWritesP95Ms: number
    readonly rewindAfterWritesP99Ms: number
    readonly rewindAfterWritesMaxMs: number
    readonly rewindAfterReadsP50Ms: number
    readonly forkP50Ms: number
    readonly rssGrowthOver10000: number
  }
  readonly ratios: {
    readonly rewindVsClone: number
    readonly rewindVsServerTemplate: number
    readonly rewindVsServerTest: number
    readonly rewindVsTruncate: number
    readonly bootVsMigrate: number
    readonly bootVsLoadDataDir: number
    readonly workerRssVsInitdb: number
    readonly suiteVsFreshPerFile: number
    readonly slowSuiteVsFreshPerFile: number
  }
  readonly resets: Resets
  readonly server: ServerTimes
  readonly boots: { readonly image: Boot; readonly migrate: Boot; readonly tar: Boot }
  readonly small: SuiteTimes
  readonly slow: SuiteTimes
}

/** What was found, line by line, each figure beside that of the other way. */
export function listLines(found: Found): Line[] {
  const { figures, ratios, resets, server, boots, small, slow } = found
  const boot = { what: 'first query of a new process', value: ms(boots.image.firstQueryMs) }
  const rewind = {
    what: 'rewind after writes and DDL, p50',
    value: ms(figures.rewindAfterWritesP50Ms),
  }
  return [
    against(rewind, "PGlite's clone()", ms(resets.cloneMs), ratios.rewindVsClone),
    against(
      rewind,
      `CREATE DATABASE TEMPLATE, connect, DROP on PostgreSQL ${server.version}`,
      ms(server.byHandMs),
      ratios.rewindVsServerTemplate,
    ),
    against(
      rewind,
      'the same tests on that server, by the harness',
      ms(server.harnessMs),
      ratios.rewindVsServerTest,
    ),
    against(
      rewind,
      'TRUNCATE of all tables after the same rows, no DDL',
      ms(resets.truncateMs),
      ratios.rewindVsTruncate,
    ),
    { what: 'the same, p95', value: ms(figures.rewindAfterWritesP95Ms) },
    { what: 'the same, p99', value: ms(figures.rewindAfterWritesP99Ms) },
    { what: 'the same, slowest', value: ms(figures.rewindAfterWritesMaxMs) },
    { what: 'rewind after reads, p50', value: ms(figures.rewindAfterReadsP50Ms) },
    { what: 'another database in the process, p50', value: ms(figures.forkP50Ms) },
    against(boot, 'initdb and migrations', ms(boots.migrate.firstQueryMs), ratios.bootVsMigrate),
    against(boot, 'loadDataDir of a tar', ms(boots.tar.firstQueryMs), ratios.bootVsLoadDataDir),
    against(
      { what: 'peak memory of a process', value: megabytes(boots.image.peakRssBytes) },
      'initdb and migrations',
      megabytes(boots.migrate.peakRssBytes),
      ratios.workerRssVsInitdb,
    ),
    {
      what: `memory growth, ${rounds.growthRewinds} rewinds`,
      value: percent(figures.rssGrowthOver10000),
    },
    against(
      {
        what: `${rounds.suiteFiles} files of ${testsPerFile} small tests`,
        value: ms(small.harnessMs),
      },
      'a fresh PGlite for each file, TRUNCATE for each test',
      ms(small.freshMs),
      ratios.suiteVsFreshPerFile,
    ),
    against(
      {
        what: `${rounds.slowFiles} files of ${rounds.slowTests} slow tests`,
        value: ms(slow.harnessMs),
      },
      'the same: the queries of the tests decide',
      ms(slow.freshMs),
      ratios.slowSuiteVsFreshPerFile,
    ),
  ]
}

function against(own: Line, peer: string, peerValue: string, ratio: number): Line {
  return { ...own, peer, peerValue, ratio }
}

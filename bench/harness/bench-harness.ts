import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Measured, median } from '../measured.ts'
import { listLines } from './list-lines.ts'
import { measureBoots, measureGrowth } from './measure-boots.ts'
import { measurePlainResets, measureServer } from './measure-resets.ts'
import { measureRewinds, quantile } from './measure-rewinds.ts'
import { measureSuites } from './measure-suites.ts'
import { openWorkplace } from './open-workplace.ts'
import { ms, percent, renderTable } from './render-table.ts'
import { isReduced, rounds } from './rounds.ts'

/** Measures the harness against other ways to a database for each test, all on this machine. */
export async function benchHarness(): Promise<Measured> {
  await using workplace = await openWorkplace()
  const tarFile = join(workplace.folder, 'data.tar')
  const rewinds = await stage('rewinds', () => measureRewinds(workplace.cacheDirectory))
  const resets = await stage('clones and truncations', () => measurePlainResets(tarFile))
  const server = await stage('databases on a server', () => measureServer())
  const boots = await stage('new processes', () => measureBoots(workplace, tarFile))
  const growth = await stage('growth', () => measureGrowth(workplace))
  const { small, slow } = await stage('suites', () => measureSuites(workplace))
  const p50 = median(rewinds.afterWritesMs)
  const figures = {
    rewindAfterWritesP50Ms: p50,
    rewindAfterWritesP95Ms: quantile(rewinds.afterWritesMs, 0.95),
    rewindAfterWritesP99Ms: quantile(rewinds.afterWritesMs, 0.99),
    rewindAfterWritesMaxMs: quantile(rewinds.afterWritesMs, 1),
    rewindAfterReadsP50Ms: median(rewinds.afterReadsMs),
    forkP50Ms: median(rewinds.forkMs),
    serverTestMs: server.harnessMs,
    firstQueryInNewProcessMs: boots.image.firstQueryMs,
    workerRssBytes: boots.image.peakRssBytes,
    rssGrowthOver10000: growth.rss,
  }
  const ratios = {
    rewindVsClone: p50 / resets.cloneMs,
    rewindVsServerTemplate: p50 / server.byHandMs,
    rewindVsServerTest: p50 / server.harnessMs,
    rewindVsTruncate: p50 / resets.truncateMs,
    bootVsMigrate: boots.image.firstQueryMs / boots.migrate.firstQueryMs,
    bootVsLoadDataDir: boots.image.firstQueryMs / boots.tar.firstQueryMs,
    workerRssVsInitdb: boots.image.peakRssBytes / boots.migrate.peakRssBytes,
    suiteVsFreshPerFile: small.harnessMs / small.freshMs,
    slowSuiteVsFreshPerFile: slow.harnessMs / slow.freshMs,
  }
  return {
    versions: {
      ...resets.versions,
      server: server.version,
      pglite: versionOf('@electric-sql/pglite'),
      vitest: versionOf('vitest'),
    },
    notes: [
      ...(isReduced ? ['a reduced run, to see that it works: quote nothing of it'] : []),
      `rewinds: ${rounds.rewinds} after ${rounds.warmUps} to warm up; 200 rows, a table made and` +
        ' altered, every second time dropped',
      `medians of ${rounds.clones} clones, ${rounds.templates} databases on a server each way, ${rounds.truncates}` +
        ` truncations, ${rounds.boots} processes; ${rounds.forks} forks held open`,
      `after ${rounds.growthRewinds} rewinds, against ${rounds.growthStart}: JavaScript's heap` +
        ` grew by ${percent(growth.heapUsed)}, a rewind took ${growth.slowDown.toFixed(2)} times` +
        ' as long',
      'suites: wall time of vitest, forks pool, 2 workers, the image in the cache already',
    ],
    figures,
    ratios,
    bars: {
      title: 'A migrated database for the next test, or the next process',
      bars: [
        { name: 'rewind after 200 rows and DDL', ms: p50, isOurs: true },
        { name: 'TRUNCATE of all tables', ms: resets.truncateMs },
        { name: 'a test on a server, by the harness', ms: server.harnessMs, isOurs: true },
        { name: 'CREATE DATABASE TEMPLATE, connect, DROP', ms: server.byHandMs },
        { name: 'another database in the process', ms: figures.forkP50Ms, isOurs: true },
        { name: "PGlite's clone()", ms: resets.cloneMs },
        { name: 'a new process, from the image', ms: boots.image.firstQueryMs, isOurs: true },
        { name: 'a new process, loadDataDir of a tar', ms: boots.tar.firstQueryMs },
        { name: 'a new process, initdb and migrations', ms: boots.migrate.firstQueryMs },
      ],
    },
    table: renderTable(listLines({ figures, ratios, resets, server, boots, small, slow })),
  }
}

/** Says on standard error how the run gets on, since all of it takes minutes. */
async function stage<T>(name: string, work: () => Promise<T>): Promise<T> {
  const started = performance.now()
  const found = await work()
  console.error(`${name}: measured in ${ms(performance.now() - started)}`)
  return found
}

function versionOf(name: string): string {
  const path = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

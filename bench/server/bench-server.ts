import { chatScopedTables, limits } from '../../src/index.ts'
import { runSoak } from '../../test/concurrency/run-soak.ts'
import { explainStatements } from '../../test/context/explain-statements.ts'
import { isReduced } from '../harness/rounds.ts'
import type { Measured } from '../measured.ts'
import { messagesPerChat, resourcesPerAgent } from './fill-chats.ts'
import { bodyBytes, measureBulk, resourcesHydrated } from './measure-bulk.ts'
import { measureBytes } from './measure-bytes.ts'
import { measureFollow } from './measure-follow.ts'
import { measureGrowth } from './measure-growth.ts'
import { batch, measurePurge } from './measure-purge.ts'
import { measurePush } from './measure-push.ts'
import { measureRefresh } from './measure-refresh.ts'
import { openBenchServer, settings } from './open-bench-server.ts'
import { rounds } from './rounds.ts'

/** Measures the operations on a PostgreSQL 18 that keeps what it acknowledged. */
export async function benchServer(): Promise<Measured> {
  await using server = await openBenchServer()
  const small = await inDatabase('push_small', (own) => measurePush(own, 'small'))
  const large = await inDatabase('push_large', (own) => measurePush(own, 'large'))
  const refreshed = await inDatabase('refresh', measureRefresh)
  const bytes = await inDatabase('bytes', measureBytes)
  const bulk = await inDatabase('bulk', measureBulk)
  const followed = await inDatabase('follow', measureFollow)
  const largest = rounds.sizes.at(-1)!
  const grown = await inDatabase('growth', async (own) => {
    const growth = await measureGrowth(own)
    const { scans, statements } = await explainStatements(own.database)
    const told = scans.map(({ statement, table }) => `sequential scan of ${table}: ${statement}`)
    for (const line of new Set(told)) console.error(line)
    return { growth, scans, statements, purge: await measurePurge(own, largest) }
  })
  const soak = await runSoak({ url: server.url, seed: 1, operations: rounds.soakOperations })
  return {
    versions: { postgresql: server.version },
    notes: [
      ...(isReduced ? ['a reduced run, to see that it works: quote nothing of it'] : []),
      `a server of its own on 127.0.0.1, durable, with ${settings.join(', ')}`,
      `push: ${limits.resourcesMax} resources, medians of ${rounds.pushes} rounds after ${rounds.warmUps}` +
        ' to warm up',
      `refresh: a chat with ${limits.resourcesMax} pins of 1 KiB, against one of all of them;` +
        ` ${refreshed.onePercentRows} pins were written`,
      `growth: ${resourcesPerAgent} pins and ${messagesPerChat} messages a chat, medians of` +
        ` ${rounds.operations}; one push: ${resourcesHydrated} resources of ${bodyBytes} bytes`,
      `purge: ${grown.purge.chats} of ${largest} chats in batches of ${batch} took` +
        ` ${Math.round(grown.purge.ms)} ms, with ${grown.purge.readsDuring} reads meanwhile`,
      `a pinned chat: the ${bytes.resources} resources of examples/workspace; table` +
        ` ${bytes.table}, TOAST ${bytes.toast}, indexes ${bytes.indexes} bytes`,
      followed.note,
      `hydrate and settle: ${rounds.bulks.at(-1)} chats by one push`,
      `explained: ${grown.statements.length} statements, by two plans each`,
      `soak: ${soak.operations} operations over 16 connections, ${soak.retries} begun again,` +
        ` ${soak.serverDeadlocks} deadlocks in the server`,
    ],
    figures: {
      statementsWithSequentialScan: new Set(
        grown.scans
          .filter(({ table }) => ['chats', ...chatScopedTables].includes(table))
          .map(({ statement }) => statement),
      ).size,
      escapedDeadlocks: soak.escapedDeadlocks,
      bytesPerPinnedChat: bytes.table + bytes.toast + bytes.indexes,
      pushSmallMs: small.ms,
      pushSmallRowByRowMs: small.rowByRowMs,
      pushLargeMs: large.ms,
      pushLargeRowByRowMs: large.rowByRowMs,
      pushLargeParseShare: large.parseShare,
      pushLargeBodiesShare: large.bodiesShare,
      unchangedPushMs: large.unchangedMs,
      unchangedPushWalBytes: large.unchangedWalBytes,
      refreshOnePercentMs: refreshed.onePercentMs,
      refreshOnePercentWalBytes: refreshed.onePercentWalBytes,
      ...followed.figures,
      settleOf100000ChatsMs: bulk.settleByPush!.at(-1)!.ms,
      hydrateOf100000ChatsMs: bulk.hydrateByPush!.at(-1)!.ms,
      chatRowBytes: bytes.chatRow,
      purgeMs: grown.purge.ms,
      purgeReaderP99BeforeMs: grown.purge.readerP99BeforeMs,
      purgeReaderP99DuringMs: grown.purge.readerP99DuringMs,
    },
    ratios: {
      pushSmallVsRowByRow: small.ms / small.rowByRowMs,
      pushLargeVsRowByRow: large.ms / large.rowByRowMs,
      unchangedPushWalShare: small.unchangedWalBytes / small.walBytes,
      refreshOnePercentWalShare: refreshed.onePercentWalBytes / refreshed.allWalBytes,
      followVsUpstreamStyle: followed.ratio,
      purgeReaderP99DuringVsBefore: grown.purge.readerP99DuringMs / grown.purge.readerP99BeforeMs,
    },
    growth: { ...grown.growth, ...bulk },
  }

  async function inDatabase<T>(
    name: string,
    work: (own: Awaited<ReturnType<typeof server.openDatabase>>) => Promise<T>,
  ): Promise<T> {
    await using own = await server.openDatabase(name)
    return await work(own)
  }
}

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { killUnderLoad } from '../../test/cli/kill-under-load.ts'
import { openWorkplace } from '../harness/open-workplace.ts'
import { ms } from '../harness/render-table.ts'
import { isReduced } from '../harness/rounds.ts'
import type { Measured } from '../measured.ts'
import { measureStarts } from './measure-starts.ts'
import { rounds } from './rounds.ts'

/** Measures what a developer waits for, and what a kill costs. */
export async function benchDev(): Promise<Measured> {
  await using workplace = await openWorkplace()
  const start = {
    main: join(workplace.dist, 'cli/main.js'),
    cwd: workplace.folder,
    args: ['--port', '0', '--json'],
    env: { DRIFTPIN_CACHE_DIR: workplace.cacheDirectory },
  }
  const { existingMs, newMs, memoryMs } = await measureStarts(start)
  const killed = join(workplace.folder, 'killed')
  await mkdir(killed)
  const kills = await killUnderLoad({ ...start, cwd: killed }, rounds.kills)
  return {
    versions: {},
    notes: [
      ...(isReduced ? ['a reduced run, to see that it works: quote nothing of it'] : []),
      `ready: from the start of the process to its ready line, medians of ${rounds.starts}`,
      `  on a folder that exists ${ms(existingMs)}, on a new one from the cached image ${ms(newMs)},` +
        ` in memory ${ms(memoryMs)}`,
      `killed ${rounds.kills} times in the midst of writes: of ${kills.acknowledged} acknowledged` +
        ` transactions ${kills.lost} lost, ${kills.torn} torn`,
    ],
    figures: {
      readyOnExistingFolderMs: existingMs,
      readyOnNewFolderMs: newMs,
      readyInMemoryMs: memoryMs,
      acknowledgedWritesLostOver50Kills: kills.lost,
    },
    ratios: {},
  }
}

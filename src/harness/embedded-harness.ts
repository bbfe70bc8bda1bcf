import {
  count,
  imageSettings,
  plainSettings,
  readWasm,
  type TestInstance,
  warnOfUnprovenBuild,
} from '../pglite/index.js'
import { createEmbeddedDatabase } from './embedded-database.js'
import { createHarness, type Harness } from './harness.js'
import { loadTemplate, type Template } from './load-template.js'
import type { ParsedOptions } from './parse-options.js'
import { createStatistics, type HarnessStatistics } from './statistics.js'
import type { EmbeddedTestDatabase } from './test-database.js'

/** The number of unused instances that are kept for the next database. */
const idleMax = 2

/** @throws DriftpinError What `openHarness` throws for an embedded harness. */
export async function openEmbeddedHarness(options: ParsedOptions): Promise<Harness> {
  const statistics = createStatistics()
  const { open, hasImages } = await openTemplate(options, statistics)
  const idle: TestInstance[] = []
  return createHarness<EmbeddedTestDatabase>({
    settings: hasImages ? imageSettings : plainSettings,
    statistics,
    open: async (databases) => {
      const instance = idle.pop() ?? (await open())
      const isReusable = () => !databases.isClosed && idle.length < idleMax
      const db = createEmbeddedDatabase({
        instance,
        adopt: (fork) => databases.add(fork),
        release: async () => {
          forget()
          if (isReusable()) {
            await instance.rewind(instance.base).catch(async (error: unknown) => {
              await instance.close()
              throw error
            })
          }
          // The harness may have been closed during the rewind.
          if (isReusable()) idle.push(instance)
          else await instance.close()
        },
      })
      const forget = databases.add(db)
      return db
    },
    close: async () => {
      await Promise.all(idle.splice(0).map((instance) => instance.close()))
    },
  })
}

/** Loads an image if the options and the build of PGlite allow it, and otherwise an archive. */
export async function openTemplate(
  options: ParsedOptions,
  statistics: HarnessStatistics,
): Promise<Template & { readonly hasImages: boolean }> {
  const { isProven, build } = await readWasm()
  if (!isProven) warnOfUnprovenBuild(build, options)
  const off = options.usesImages ? undefined : 'images are switched off'
  const whyPlain = isProven ? off : 'images were not proven on this PGlite'
  const template = await loadTemplate({ options, statistics, build, whyPlain })
  const open = () => {
    if (whyPlain) count(statistics.fallbacks, whyPlain)
    return template.open()
  }
  return { ...template, open, hasImages: whyPlain === undefined }
}

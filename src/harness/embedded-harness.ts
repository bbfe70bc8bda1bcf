import {
  count,
  type Image,
  Instance,
  imageSettings,
  plainSettings,
  readWasm,
  type TestInstance,
  type Wasm,
} from '../pglite/index.js'
import { createEmbeddedDatabase } from './embedded-database.js'
import { createHarness, type Harness } from './harness.js'
import { imageName, loadTemplate, readCached, writeCached } from './load-template.js'
import type { ParsedOptions } from './parse-options.js'
import { openPlainSource } from './plain-instance.js'
import { runFunctionsOnInstance } from './run-functions.js'
import { createStatistics, type HarnessStatistics } from './statistics.js'
import type { EmbeddedTestDatabase } from './test-database.js'

/** The number of unused instances that are kept for the next database. */
const idleMax = 2

/** Creates an instance that stands where every database of the harness begins. */
type InstanceSource = () => Promise<TestInstance>

/** @throws DriftpinError What `openHarness` throws for an embedded harness. */
export async function openEmbeddedHarness(options: ParsedOptions): Promise<Harness> {
  const statistics = createStatistics()
  const wasm = await readWasm()
  const hasImages = wasm.isProven && options.usesImages
  const makeInstance = hasImages
    ? await openImageSource(options, { wasm, statistics })
    : await openPlainSource(options, { wasm, statistics })
  const idle: TestInstance[] = []
  return createHarness<EmbeddedTestDatabase>({
    settings: hasImages ? imageSettings : plainSettings,
    statistics,
    open: async (databases) => {
      const instance = idle.pop() ?? (await makeInstance())
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

/** Finds the fastest way to an image of a database that is set up and seeded. */
async function openImageSource(
  options: ParsedOptions,
  { wasm, statistics }: { readonly wasm: Wasm; readonly statistics: HarnessStatistics },
): Promise<InstanceSource> {
  const { extensions, randomSeed, cacheDirectory, cacheKey, functions } = options
  const openInstance = (image: Image, hasRunFunctions: boolean): (() => Promise<Instance>) => {
    const learned = new Set<string>()
    const origin = { extensions, randomSeed, statistics, image, hasRunFunctions, learned }
    return () => Instance.open(origin)
  }
  const keyed = cacheKey === undefined ? undefined : imageName(options, wasm.build, cacheKey)
  const cached = keyed && cacheDirectory ? await readCached(cacheDirectory, keyed) : undefined
  if (cached) {
    statistics.imagesReused++
    return openInstance(cached, true)
  }
  const name = imageName(options, wasm.build)
  const image = await loadTemplate(options, { name, statistics })
  if (functions.length === 0) return openInstance(image, false)
  const remake = async (): Promise<Instance> => {
    const instance = await openInstance(image, false)()
    await runFunctionsOnInstance(instance, functions)
    await instance.beginHere(remake)
    return instance
  }
  const seeded = await remake()
  let seededImage: Image
  try {
    seededImage = seeded.imageOf(seeded.base)
  } catch {
    count(statistics.fallbacks, 'the seed loaded a module, so every instance runs it')
    return remake
  }
  if (keyed && cacheDirectory) await writeCached(cacheDirectory, keyed, seededImage)
  await seeded.close()
  return openInstance(seededImage, true)
}

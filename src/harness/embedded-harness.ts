import type { MadeInstance } from '../pglite/index.js'
import {
  count,
  type HarnessRuntime,
  Instance,
  imageSettings,
  plainSettings,
  readWasm,
  type Wasm,
} from '../pglite/index.js'
import { createEmbeddedDatabase } from './embedded-database.js'
import { createHarness, type Harness } from './harness.js'
import { imageName, loadTemplate, readCached, type Template, writeCached } from './load-template.js'
import type { ParsedOptions } from './parse-options.js'
import { openPlainSource } from './plain-instance.js'
import { runFunctionsOnInstance } from './run-functions.js'
import { createStatistics, type HarnessStatistics } from './statistics.js'
import type { EmbeddedTestDatabase } from './test-database.js'

/** The number of unused instances that are kept for the next database. */
const idleMax = 2

/** Creates an instance that stands where every database of the harness begins. */
type InstanceSource = () => Promise<MadeInstance>

/** @throws DriftpinError What `openHarness` throws for an embedded harness. */
export async function openEmbeddedHarness(options: ParsedOptions): Promise<Harness> {
  const statistics = createStatistics()
  const wasm = await readWasm()
  const hasImages = wasm.isProven && options.usesImages
  const makeInstance = hasImages
    ? await openImageSource(options, { wasm, statistics })
    : await openPlainSource(options, { wasm, statistics })
  const idle: MadeInstance[] = []
  const { harness } = createHarness<{ readonly db: EmbeddedTestDatabase }>({
    settings: hasImages ? imageSettings : plainSettings,
    statistics,
    open: async (databases) => {
      const made = idle.pop() ?? (await makeInstance())
      const isReusable = () => !databases.isClosed && idle.length < idleMax
      const db = createEmbeddedDatabase({
        ...made,
        adopt: (fork) => databases.add(fork),
        release: async () => {
          forget()
          if (isReusable()) {
            await made.instance.rewind(made.base).catch(async (error: unknown) => {
              await made.instance.close()
              throw error
            })
          }
          // The harness may have been closed during the rewind.
          if (isReusable()) idle.push(made)
          else await made.instance.close()
        },
      })
      const forget = databases.add(db)
      return { db }
    },
    close: async () => {
      await Promise.all(idle.splice(0).map(({ instance }) => instance.close()))
    },
  })
  return harness
}

/** Finds the fastest way to an image of a database that is set up and seeded. */
async function openImageSource(
  options: ParsedOptions,
  { wasm, statistics }: { readonly wasm: Wasm; readonly statistics: HarnessStatistics },
): Promise<InstanceSource> {
  const { extensions, randomSeed, cacheDirectory, cacheKey, functions } = options
  const openInstance = (image: Template, hasRunFunctions: boolean): (() => Promise<Instance>) => {
    const learned = new Set<string>()
    const runtime: HarnessRuntime = {
      ...{ extensions, randomSeed, statistics, image, hasRunFunctions, learned },
    }
    const { randomPosition, clock } = image
    return () => Instance.open(runtime, { randomPosition, clock })
  }
  const keyed = cacheKey === undefined ? undefined : imageName(options, wasm.build, cacheKey)
  const cached = keyed && cacheDirectory ? await readCached(cacheDirectory, keyed) : undefined
  if (cached) {
    statistics.imagesReused++
    return atBase(openInstance(cached, true))
  }
  const name = imageName(options, wasm.build)
  const image = await loadTemplate(options, { name, statistics })
  if (functions.length === 0) return atBase(openInstance(image, false))
  const remake = async (): Promise<Instance> => {
    const instance = await openInstance(image, false)()
    await runFunctionsOnInstance(instance, instance.base, functions)
    await instance.beginHere(remake)
    return instance
  }
  const seeded = await remake()
  const mark = seeded.base
  let seededImage: Template
  try {
    const { randomPosition, clock } = mark.state
    seededImage = { ...seeded.imageOf(mark), randomPosition, clock }
  } catch {
    count(statistics.fallbacks, 'the seed loaded a module, so every instance runs it')
    return atBase(remake)
  }
  if (keyed && cacheDirectory) await writeCached(cacheDirectory, keyed, seededImage)
  await seeded.close()
  return atBase(openInstance(seededImage, true))
}

const atBase =
  (open: () => Promise<Instance>): InstanceSource =>
  async () => {
    const instance = await open()
    return { instance, base: instance.base }
  }

import type { PGlite } from '@electric-sql/pglite'
import { fromPGlite, quoteIdentifier } from '../../database/index.js'
import { entriesOf, type Image, type ImageEntry, imageOf, layEntries } from './image.js'
import { markEngine } from './mark.js'
import {
  discard,
  type Engine,
  type EngineOptions,
  startEngine,
  withoutBundles,
} from './open-engine.js'
import { preloadModules, readEngineFile } from './preload-modules.js'
import { initdbParameters, startParameters } from './start-parameters.js'
import { readWasm } from './wasm.js'

/**
 * The language of most functions, and the dictionaries of text search: loaded early, so that a
 * test that is the first to need one can be undone.
 */
const common = ['plpgsql.so', 'dict_snowball.so'].map((name) => `/pglite/lib/postgresql/${name}`)

/** What makes a new database the one that tests begin with. */
export interface TemplateOptions extends Omit<EngineOptions, 'wasm'> {
  readonly prepare: (pglite: PGlite) => Promise<void>
}

/**
 * Makes a database and takes its image. It is made in one engine, and started again in another:
 * that one has the small settings, and nothing in its memory that preparing it left there.
 */
export async function buildTemplate({ prepare, ...options }: TemplateOptions): Promise<Image> {
  const wasm = await (await readWasm()).module()
  const first = await startEngine({
    ...options,
    wasm,
    options: { initDbStartParams: [...initdbParameters] },
  })
  let entries: readonly ImageEntry[]
  let modules: readonly string[]
  try {
    await prepare(first.pglite)
    await first.pglite.exec('CHECKPOINT')
    entries = entriesOf(first.inside, markEngine(first.inside)).entries
    modules = modulesOf(first, entries)
  } finally {
    await discard(first)
  }
  const { wrapped } = withoutBundles(options.extensions)
  const second = await startEngine({
    ...options,
    extensions: wrapped,
    wasm,
    options: { startParams: [...startParameters] },
    lay: async (inside) => {
      layEntries(inside, entries)
      const bytes = (path: string) => readEngineFile(inside, path)!
      await preloadModules(
        inside,
        modules.map((path) => ({ path, bytes: bytes(path) })),
      )
    },
  })
  try {
    // No init of an extension runs here: it does in every database that goes on from the image.
    await warmUp(second.pglite)
    return imageOf(second.inside, markEngine(second.inside))
  } finally {
    await discard(second)
  }
}

/** The modules that were needed, and those that the caller's extensions brought. */
function modulesOf({ inside }: Engine, entries: readonly ImageEntry[]): string[] {
  const opened = inside.loader.flatMap((event) => (event.kind === 'open' ? [event.path] : []))
  const brought = entries.filter(({ path, contents }) => contents && path.endsWith('.so'))
  const all = new Set([...common, ...opened, ...brought.map(({ path }) => path)])
  return [...all].sort()
}

/** The catalog's caches are filled, so that no test has to fill them again after each rewind. */
async function warmUp(pglite: PGlite): Promise<void> {
  const database = fromPGlite(pglite)
  const { rows } = await database.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
     ORDER BY 1, 2
     LIMIT 200`,
  )
  for (const { schema, name } of rows) {
    const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
    // Planning looks at all that a statement will need, and changes nothing.
    await database.query(`EXPLAIN SELECT * FROM ${table}`)
    await database.query(`EXPLAIN DELETE FROM ${table}`)
    await database.query(`EXPLAIN INSERT INTO ${table} SELECT * FROM ${table}`).catch(() => {})
  }
  // The loader of Emscripten never forgets a library, so that no test may be the first to open one.
  for (const path of common) await pglite.exec(`LOAD '${path}'`)
  // A module's functions enter the table when they are first called, and a table that grew after
  // the mark costs the instance. This one is called by the first DO, and by nothing else.
  await pglite.exec('DO LANGUAGE plpgsql $$ BEGIN END $$').catch(() => {})
  await pglite.exec('CHECKPOINT')
  // What is counted is told at once: a timer would do it later, in the middle of a test.
  await pglite.exec('SELECT pg_stat_force_next_flush()')
  await pglite.exec('SELECT 1')
}

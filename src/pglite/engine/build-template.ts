import type { PGlite } from '@electric-sql/pglite'
import { fromPGlite, quoteIdentifier } from '../../database/index.js'
import { entriesOf, type Image, type ImageEntry, imageOf, writeEntries } from './image.js'
import { markEngine } from './mark.js'
import {
  discard,
  type Engine,
  type EngineOptions,
  startEngine,
  startOnFiles,
} from './open-engine.js'
import { initdbParameters } from './start-parameters.js'

/**
 * Modules of PostgreSQL that most databases use: PL/pgSQL and the dictionaries of text search. They
 * are loaded in the template, so that using them first in a test can be rewound.
 */
const common = ['plpgsql.so', 'dict_snowball.so'].map((name) => `/pglite/lib/postgresql/${name}`)

/**
 * Makes a database and takes its image. The database is prepared in one engine and started again in
 * another, which has the small settings and nothing in its memory that the preparation left.
 *
 * @param empty An image of an empty database, whose files save running initdb.
 */
export async function buildTemplate(
  options: EngineOptions,
  prepare: (pglite: PGlite) => Promise<void>,
  empty?: Image,
): Promise<Image> {
  const first = empty
    ? await startEngine(options, {}, async (inside) => writeEntries(inside, empty.entries))
    : await startEngine(options, { initDbStartParams: [...initdbParameters] })
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
  const second = await startOnFiles(entries, options, modules)
  try {
    // The init functions of extensions run in every database that is made from the image.
    await warmUp(second.pglite)
    return imageOf(second.inside, markEngine(second.inside))
  } finally {
    await discard(second)
  }
}

/** The modules that were loaded, and those of the caller's extensions. */
function modulesOf({ inside }: Engine, entries: readonly ImageEntry[]): string[] {
  const opened = inside.loader.flatMap((event) => (event.kind === 'open' ? [event.path] : []))
  const brought = entries.filter(({ path, contents }) => contents && path.endsWith('.so'))
  const all = new Set([...common, ...opened, ...brought.map(({ path }) => path)])
  return [...all].sort()
}

/** Fills the catalog caches, so that no test has to fill them again after each rewind. */
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
    // Planning reads everything that the statement needs, and changes nothing.
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
  // Statistics are flushed now: otherwise a timer would flush them in the middle of a test.
  await pglite.exec('SELECT pg_stat_force_next_flush()')
  await pglite.exec('SELECT 1')
}

import { execFile, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { pgDump } from '@electric-sql/pglite-tools/pg_dump'
import fc from 'fast-check'
import pg from 'pg'
import { quoteIdentifier } from '../../src/database/names.js'
import { splitStatements } from '../../src/database/split-statements.js'
import { openHarness } from '../../src/harness/index.js'
import {
  adoptMigrations,
  createMigrator,
  type Database,
  fromPGlite,
  fromPg,
} from '../../src/index.js'
import {
  type ForeignKey,
  readForeignKeys,
  recreateForeignKeys,
} from '../../src/workbench/verify/foreign-keys.js'
import { newestMigration } from './our-migrations.js'
import { queryOnce } from './query-once.js'
import { uniqueName } from './unique-name.js'
import { urlWith } from './url-with.js'

// The schema as it comes into a database otherwise than by running the migrations there. Foreign
// keys act in the order in which they were created, and in each of these it is another one.

/** A way to make the schema of a database handle. */
export interface Preparation {
  readonly name: string
  /** Makes the schema, in place of what is there. */
  prepare(database: Database): Promise<void>
}

/** The SQL of a dump of a migrated schema with a name. */
type Dump = (schema: string) => Promise<string>

/** Restored from a dump by the pg_dump of PGlite. */
export const restored: Preparation = {
  name: 'restored from a dump',
  prepare: (database) => restore(database, dumpOfPGlite),
}

const dumpOfPGlite: Dump = async (schema) => {
  await using harness = await openHarness({ migrations: false })
  await using db = await harness.createDatabase()
  await createMigrator(fromPGlite(db.pglite, { schema })).up()
  const args = ['--inserts', '--schema', quoteIdentifier(schema)]
  return await (await pgDump({ pg: db.pglite, args })).text()
}

/** Restored from a dump that pg_dump made of another database of the server. */
export const restoredBy = (program: string, urlOf: () => string): Preparation => ({
  ...restored,
  prepare: (database) =>
    restore(database, async (schema) => {
      const [url, name] = [urlOf(), uniqueName('dumped')]
      const dumped = urlWith(url, { pathname: `/${name}` })
      await queryOnce(url, `CREATE DATABASE ${name}`)
      try {
        const pool = new pg.Pool({ connectionString: dumped })
        await createMigrator(fromPg(pool, { schema })).up()
        await pool.end()
        const args = ['--inserts', '--schema', quoteIdentifier(schema), dumped]
        return (await promisify(execFile)(program, args)).stdout
      } finally {
        await queryOnce(url, `DROP DATABASE ${name}`)
      }
    }),
})

/** Debian installs several versions side by side. */
const debianFolder = '/usr/lib/postgresql'

/** A pg_dump for servers of a major: one refuses servers that are newer than itself. */
export function findPgDump(major: number): string | undefined {
  const versions = existsSync(debianFolder) ? readdirSync(debianFolder) : []
  const programs = versions.map((version) => `${debianFolder}/${version}/bin/pg_dump`)
  return ['pg_dump', ...programs].find((program) => {
    const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
    return Number(/ (\d+)/.exec(stdout ?? '')?.[1] ?? 0) >= major
  })
}

async function restore(database: Database, dump: Dump): Promise<void> {
  const text = await dump(database.schema)
  await replaceSchema(database, text.replaceAll(/^\\(un)?restrict .*$/gm, ''))
}

/** Created from the shipped schema.sql under the name of the schema, and adopted. */
export const fromSchemaSql: Preparation = {
  name: 'created from schema.sql',
  async prepare(database) {
    await replaceSchema(database, renameSchema(schemaSql, database.schema))
    await adoptMigrations(database, { version: newestMigration.version })
  },
}

const schemaSql = readFileSync(
  new URL('../../src/schema/generated/schema.sql', import.meta.url),
  'utf8',
)

function renameSchema(sql: string, schema: string): string {
  const pieces = splitStatements(sql).map(({ text, offset, words, wordOffsets }) => {
    const places = wordOffsets
      .filter((_, index) => words[index] === 'public')
      .map((place) => place - offset)
    return places.reduceRight(
      (renamed, place) =>
        renamed.slice(0, place) + quoteIdentifier(schema) + renamed.slice(place + 'public'.length),
      text,
    )
  })
  return pieces.join(';\n')
}

/** Sessions of a pool would keep settings; everything in a dump is qualified. */
const isSetting = (words: readonly string[]) =>
  words[0] === 'set' ||
  words.includes('set_config') ||
  `${words[0]} ${words[1]}` === 'create schema'

async function replaceSchema(database: Database, sql: string): Promise<void> {
  const statements = splitStatements(sql).filter(({ words }) => !isSetting(words))
  const schema = quoteIdentifier(database.schema)
  await database.script(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`)
  await database.script(statements.map(({ text }) => text).join(';\n'))
}

/** Migrated, with its foreign keys dropped and created again in an order. */
function reordered(
  name: string,
  order: (keys: readonly ForeignKey[]) => readonly ForeignKey[],
): Preparation {
  return {
    name,
    async prepare(database) {
      await createMigrator(database).up()
      const keys = await readForeignKeys(database)
      const own = keys.filter(({ schema }) => schema === database.schema)
      await recreateForeignKeys(database, order(own))
    },
  }
}

export const reversed = reordered('with its keys in reverse order', (keys) => keys.toReversed())

export const shuffled = (seed: number) =>
  reordered(`with its keys in the random order of seed ${seed}`, (keys) => {
    const all = { minLength: keys.length, maxLength: keys.length }
    return fc.sample(fc.shuffledSubarray([...keys], all), { seed, numRuns: 1 })[0]!
  })

/**
 * The keys of chats as they were in 0.1: checked at once. Their order stays, and the order of the
 * migrations is one in which that has no effect.
 */
export const checkedAtOnce = ({ name, prepare }: Preparation): Preparation => ({
  name,
  async prepare(database) {
    await prepare(database)
    const changes = ['workspace', 'build', 'agent'].map(
      (one) => `ALTER CONSTRAINT chats_${one}_id_fkey NOT DEFERRABLE`,
    )
    const chats = `${quoteIdentifier(database.schema)}.chats`
    await database.script(`ALTER TABLE ${chats} ${changes.join(', ')}`)
  },
})

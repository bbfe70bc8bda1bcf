import type { PGlite } from '@electric-sql/pglite'
import { generateDrizzleJson, generateMigration } from 'drizzle-kit/api'
import { onTestFinished } from 'vitest'
import { manifestFacts, readManifest } from '../../src/catalog/index.js'
import { fromPGlite } from '../../src/database/index.js'
import { type EmbeddedTestDatabase, openHarness } from '../../src/harness/index.js'
import { ledgerName } from '../../src/migrations/index.js'
import { openPGlite } from '../support/open-pglite.js'

type Facts = ReturnType<typeof manifestFacts>

/** A database after all migrations of a folder, without their ledger. */
export async function migratedDatabase(migrations?: string): Promise<EmbeddedTestDatabase> {
  const harness = await openHarness({ migrations })
  onTestFinished(() => harness.close())
  const db = await harness.createDatabase()
  await db.pglite.exec(`DROP TABLE ${ledgerName}`)
  return db
}

/**
 * A database that was created by SQL of a tool. Statements that need a later one are run again:
 * drizzle-kit creates foreign keys before the unique indexes that they refer to.
 */
export async function createdDatabase(before: string, script: readonly string[]): Promise<PGlite> {
  const pglite = await openPGlite()
  onTestFinished(() => pglite.close())
  await pglite.exec(before)
  const failed: string[] = []
  for (const statement of script) {
    await pglite.exec(statement).catch(() => failed.push(statement))
  }
  for (const statement of failed) await pglite.exec(statement)
  return pglite
}

/** All facts of a database but comments, which the tools keep only in their files. */
export async function factsOf(pglite: PGlite): Promise<Facts> {
  const database = fromPGlite(pglite, { schema: 'public' })
  const manifest = await readManifest(database, { withOthers: true })
  return new Map([...manifestFacts(manifest)].filter(([, { kind }]) => kind !== 'comment'))
}

/** The lines at the start of a generated file, as one line without their marks. */
export const headOf = (text: string): string =>
  text
    .split('\n\n', 1)[0]!
    .replaceAll(/^\/\/ ?/gm, '')
    .replaceAll(/\s+/g, ' ')

/** The SQL by which drizzle-kit creates the schema of a module. */
export const drizzleScript = async (schema: Record<string, unknown>): Promise<string[]> =>
  await generateMigration(generateDrizzleJson({}), generateDrizzleJson(schema))

/** The forms in which a tool may write the same default or type. */
const equivalent = (text: string | undefined, kind: string) =>
  kind === 'column'
    ? text
        ?.replace('CURRENT_TIMESTAMP', 'now()')
        .replace(/'\{(.*)\}'(?=::)/, 'ARRAY[$1]')
        .replaceAll(/'(-?\d+)'(?=::)/g, '$1')
        .replaceAll(/('\w+'|\d|\]|\w)::[a-z.]+(\[\])?/g, (_, value) => value.replaceAll("'", ''))
        .replaceAll(', ', ',')
    : text

/** The titles of the facts that differ, and those of them that the head of a file does not name. */
export function differences(expected: Facts, found: Facts, head: string) {
  const titles = [...new Set([...expected.keys(), ...found.keys()])].filter((title) => {
    const one = expected.get(title)
    const other = found.get(title)
    const kind = (one ?? other)!.kind
    return equivalent(one?.text, kind) !== equivalent(other?.text, kind)
  })
  const names = (name: string) => {
    const pattern = name.replaceAll(/[^\w]/g, '\\$&')
    return new RegExp(`(?<![\\w.])${pattern}(?![\\w.])`).test(head)
  }
  const silent = titles.filter((title) => {
    const { kind, table, text } = (expected.get(title) ?? found.get(title))!
    const name = title
      .slice(kind.length)
      .replaceAll('"', '')
      .replace(/\(.*\)$/, '')
    const owner = / OWNED BY (\S+)$/.exec(text)?.[1]
    // A table that is left out as a whole is named once, and so is a name that changes.
    const isOfTable = table !== undefined && (!found.has(`table ${table}`) || !expected.has(title))
    const some = [name.trim().replace(/^of /, ''), owner, isOfTable ? table : undefined]
    return !some.some((one) => one !== undefined && names(one))
  })
  return { titles, silent }
}

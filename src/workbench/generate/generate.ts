import { readManifest, type SchemaManifest } from '../../catalog/index.js'
import { fromPGlite } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { ledgerName } from '../../migrations/index.js'
import { dumpSchema } from '../dump-schema.js'
import { type MigrationSource, withMigrated } from './migrated-database.js'
import { renderTables } from './render-tables.js'

/** What {@link generateTruths} makes: `schema.sql`, `manifest.json` and `tables.ts`. */
export const truthNames = ['schema', 'manifest', 'types'] as const

/**
 * One of the files that {@link generateTruths} makes: `schema` is schema.sql, `types` is tables.ts.
 *
 * @example
 * ```ts
 * const only: TruthName[] = ['manifest', 'types']
 * const files = await generateTruths({ only })
 * ```
 */
export type TruthName = (typeof truthNames)[number]

/**
 * Options of {@link generateTruths}.
 *
 * @example
 * ```ts
 * const options: GenerateOptions = { migrations: './db/migrations', only: ['types'] }
 * await writeGenerated('src/schema', await generateTruths(options))
 * ```
 */
export interface GenerateOptions extends TruthSource {
  /** Tables whose dependents are listed: those that go with a row of it. None by default. */
  readonly owners?: readonly string[]
  /** What to make; all of it by default. */
  readonly only?: readonly TruthName[]
}

/**
 * A generated file that is not written yet.
 *
 * @example
 * ```ts
 * const files: GeneratedFile[] = await generateTruths({ migrations: './db/migrations' })
 * console.log(files.map(({ file, text }) => [file, text.length]))
 * ```
 */
export interface GeneratedFile {
  /** Its name, such as `tables.ts`. */
  readonly file: string
  /** What is to be in it. */
  readonly text: string
}

/**
 * Generates files that describe a migrated schema: `schema.sql`, a dump for reviews;
 * `manifest.json`, the catalog as JSON; and `tables.ts`, row types for Kysely or for use without
 * it, and constants for tables, columns, enums, keys and constraints. It migrates an embedded
 * database and writes no files.
 *
 * @throws DriftpinError whatever is wrong with the folder; `invalid_input` for an owner that is no
 * table; `tool_missing` for a `schema.sql` without `@electric-sql/pglite-tools`, an optional peer.
 *
 * @example
 * ```ts
 * const files = await generateTruths({ migrations: './db/migrations', owners: ['users'] })
 * await writeGenerated('./db/generated', files)
 * ```
 */
export async function generateTruths(options: GenerateOptions = {}): Promise<GeneratedFile[]> {
  const { owners = [], only = truthNames } = options
  const { manifest, dump } = await readTruths(options, { withDump: only.includes('schema') })
  refuseNoOwner(manifest, owners)
  const command = 'driftpin generate'
  const style = { command, root: 'Tables', owners }
  return [
    ...(dump === undefined ? [] : [{ file: 'schema.sql', text: renderDump(dump, command) }]),
    ...(only.includes('manifest')
      ? [{ file: 'manifest.json', text: renderManifest(manifest, command) }]
      : []),
    ...(only.includes('types') ? [{ file: 'tables.ts', text: renderTables(manifest, style) }] : []),
  ]
}

/** The text of `schema.sql`. */
export function renderDump(dump: string, command: string): string {
  return `-- Made by \`${command}\` from a migrated database. Change a migration instead.\n\n${dump}`
}

/** The text of `manifest.json`, whose first line says where it is from, as far as JSON can. */
export function renderManifest(manifest: SchemaManifest, command: string): string {
  const note = `Made by \`${command}\` from a migrated database. Change a migration instead.`
  const first = `{ "//": ${JSON.stringify(note)},`
  return `${first}\n${formatManifest(manifest).slice('{\n'.length)}\n`
}

function refuseNoOwner({ tables }: SchemaManifest, owners: readonly string[]): void {
  const names = tables.map(({ name }) => name)
  const unknown = owners.find((owner) => !names.includes(owner))
  if (unknown === undefined) return
  throw new DriftpinError(
    'invalid_input',
    `The owner ${JSON.stringify(unknown)} is not a table of the migrated schema. Its tables are ` +
      `${names.join(', ') || 'none'}.`,
    { owners, tables: names },
  )
}

/**
 * Where truths are read from.
 *
 * @example
 * ```ts
 * const source: TruthSource = { migrations: './db/migrations', schema: 'shop' }
 * await writeGenerated('src/schema', await generateTruths(source))
 * ```
 */
export interface TruthSource extends MigrationSource {
  /** The schema that the manifest is of; `public` by default. */
  readonly schema?: string
}

/** What a database is after all migrations. */
export interface Truths {
  readonly manifest: SchemaManifest
  /** The whole database as pg_dump has it, where that was asked for. */
  readonly dump: string | undefined
}

/** Migrates an embedded database with a folder, and reads what there is then. */
export async function readTruths(
  { schema = 'public', ...source }: TruthSource,
  { withDump }: { readonly withDump: boolean },
): Promise<Truths> {
  return await withMigrated(source, async ({ pglite }) => {
    const manifest = await readManifest(fromPGlite(pglite, { schema }), { except: [ledgerName] })
    const dump = withDump ? await dumpSchema(pglite, { except: [ledgerName] }) : undefined
    return { manifest, dump }
  })
}

/**
 * Readable JSON for diffs: a value that contains no list of objects is one line.
 */
export function formatManifest(value: unknown, indent = ''): string {
  if (isFlat(value)) return oneLine(value)
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    const items = value.map((item) => `${inner}${formatManifest(item, inner)}`)
    return `[\n${items.join(',\n')}\n${indent}]`
  }
  const members = Object.entries(value as object).map(
    ([name, member]) => `${inner}${JSON.stringify(name)}: ${formatManifest(member, inner)}`,
  )
  return `{\n${members.join(',\n')}\n${indent}}`
}

const isScalar = (value: unknown) => typeof value !== 'object' || value === null

const isFlat = (value: unknown): boolean =>
  isScalar(value) ||
  Object.values(value as object).every(
    (member) => isScalar(member) || (Array.isArray(member) && member.every(isScalar)),
  )

/** Line feeds inside strings are escaped, so that all others are those of the indentation. */
const oneLine = (value: unknown): string =>
  JSON.stringify(value, null, 1)
    .replaceAll(/(?<=\[)\n\s*|\n\s*(?=\])/g, '')
    .replaceAll(/\n\s*/g, ' ')

import { type ManifestTable, readCatalog } from '../../catalog/index.js'
import { type Database, type Queryable, sqlState } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { openHarness } from '../../harness/index.js'
import { runMigrationFiles, runScript } from '../../migrations/index.js'
import { embeddedExtensions } from '../optional-packages.js'
import { type PossibleRewrite, possibleRewrites, usesOfAddedValues } from './file-changes.js'
import type { LintedFolder } from './linted-folder.js'
import type { LintedScript } from './linted-script.js'
import { typesDroppedBy } from './syntax-tree.js'

/** What was observed in a database while the migrations ran. */
export interface MigratedCatalog {
  /**
   * The tables after the last up, of all schemas. Tables in other schemas than `public` are named
   * `schema.table`. Partitions are left out: they have what their parent has.
   */
  readonly tables: readonly ManifestTable[]
  /** The changes for which PostgreSQL rewrote an existing table. */
  readonly rewrites: ReadonlyMap<LintedScript, readonly PossibleRewrite[]>
  /** The files in which PostgreSQL accepted the use of an enum value that they add. */
  readonly allowedValues: ReadonlySet<LintedScript>
  /** The types of earlier migrations that a down drops, by down file. */
  readonly lostTypes: ReadonlyMap<LintedScript, readonly LostType[]>
  /** The up file that created a constraint of a table. */
  fileThatMade(table: string, constraint: string): LintedScript | undefined
}

/** A type, with its schema unless that is `public`, and the file that created it. */
interface LostType {
  readonly name: string
  readonly maker: LintedScript
}

/** The catalog if the migrations did not run. */
export const nothingMigrated: MigratedCatalog = {
  tables: [],
  rewrites: new Map(),
  allowedValues: new Set(),
  lostTypes: new Map(),
  fileThatMade: () => undefined,
}

/** unsafe_new_enum_value_usage */
const unsafeValue = '55P04'

/**
 * Runs the ups in sequence on an embedded database. Runs each down at its own version
 * and rolls it back.
 *
 * @throws DriftpinError `migration_failed` for an up that does not run on an empty database.
 */
export async function migrateToCatalog(folder: LintedFolder): Promise<MigratedCatalog> {
  const extensions = await embeddedExtensions(folder.scripts.map(({ text }) => text))
  await using harness = await openHarness({ migrations: false, extensions })
  await using db = await harness.createDatabase()
  const rewrites = new Map<LintedScript, readonly PossibleRewrite[]>()
  const allowedValues = new Set<LintedScript>()
  const lostTypes = new Map<LintedScript, readonly LostType[]>()
  const typeMakers = new Map<string, LintedScript>()
  const constraintMakers = new Map<bigint, LintedScript>()
  let before = await readStorage(db)
  for (const { up, down } of folder.migrations) {
    const [known, rewritten] = [before, possibleRewrites(up)]
    if (await allowsAddedValues(db, up)) allowedValues.add(up)
    await runMigrationFiles(db, [up])
    const after = await readStorage(db)
    rewrites.set(up, await happened(db, rewritten, [known, after]))
    for (const type of after.types) if (!known.types.has(type)) typeMakers.set(type, up)
    for (const oid of after.constraints.values()) {
      if (!constraintMakers.has(oid)) constraintMakers.set(oid, up)
    }
    before = after
    if (!down) continue
    if (await allowsAddedValues(db, down)) allowedValues.add(down)
    // Rolled back, because the next migration goes up.
    // For a down that fails, its text has to do.
    let isLost = (name: string) => namesOfDroppedTypes(down).includes(name)
    await tryAndRollBack(db, down, async (transaction) => {
      const undone = await readStorage(transaction)
      rewrites.set(down, await happened(transaction, possibleRewrites(down), [after, undone]))
      isLost = (name) => after.types.has(name) && !undone.types.has(name)
    })
    const lost = [...known.types].filter(isLost)
    lostTypes.set(
      down,
      lost.map((name) => ({ name, maker: typeMakers.get(name)! })),
    )
  }
  const read = { schemas: 'all', relativeTo: 'public', withExtensions: true } as const
  const { tables } = await readCatalog(db, read)
  return {
    tables: tables.filter(({ partitionBound }) => partitionBound === null),
    rewrites,
    allowedValues,
    lostTypes,
    fileThatMade: (table, name) => {
      const oid = before.constraints.get(`${table} ${name}`)
      return oid === undefined ? undefined : constraintMakers.get(oid)
    },
  }
}

const namesOfDroppedTypes = ({ statements }: LintedScript): string[] =>
  statements.flatMap(({ node }) => typesDroppedBy(node))

/** The SQL of a name, with its schema unless that is `public`; NULL without the row of the name. */
const keySql = (schema: string, name: string) =>
  `nullif(pg_catalog.concat_ws('.', nullif(${schema}.nspname, 'public'), ${name}), '')`

interface Storage {
  /** The names and the file on disk of every table, by oid; with the root of a partition. */
  readonly files: ReadonlyMap<bigint, { readonly tables: readonly string[]; readonly file: bigint }>
  /** The oids of constraints, by table and name: a renamed one keeps its oid. */
  readonly constraints: ReadonlyMap<string, bigint>
  /** The names of the types that are not the row types of tables. */
  readonly types: ReadonlySet<string>
}

async function readStorage(queryable: Queryable): Promise<Storage> {
  const isOwn = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
  const { rows } = await queryable.query<{ oid: bigint; file: bigint; tables: string[] }>(
    `SELECT c.oid::bigint AS oid, c.relfilenode::bigint AS file,
            pg_catalog.array_remove(
              ARRAY[${keySql('n', 'c.relname')}, ${keySql('rn', 'r.relname')}], NULL) AS tables
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_catalog.pg_class r
       ON c.relispartition AND r.oid = pg_catalog.pg_partition_root(c.oid)
     LEFT JOIN pg_catalog.pg_namespace rn ON rn.oid = r.relnamespace
     WHERE c.relkind = 'r' AND ${isOwn}`,
  )
  const { rows: constraints } = await queryable.query<{ key: string; oid: bigint }>(
    `SELECT ${keySql('n', 'c.relname')} || ' ' || k.conname AS key, k.oid::bigint AS oid
     FROM pg_catalog.pg_constraint k
     JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`,
  )
  const { rows: types } = await queryable.query<{ name: string }>(
    `SELECT ${keySql('n', 't.typname')} AS name
     FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
     LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
     WHERE t.typtype IN ('b', 'c', 'd', 'e', 'r') AND t.typelem = 0
       AND coalesce(c.relkind, 'c') = 'c' AND ${isOwn}`,
  )
  return {
    files: new Map(rows.map(({ oid, ...one }) => [oid, one])),
    constraints: new Map(constraints.map(({ key, oid }) => [key, oid])),
    types: new Set(types.map(({ name }) => name)),
  }
}

/** The rewrites that took place, according to the files on disk before and after. */
async function happened(
  queryable: Queryable,
  possible: readonly PossibleRewrite[],
  [before, after]: readonly [Storage, Storage],
): Promise<PossibleRewrite[]> {
  if (possible.length === 0) return []
  const written = new Set<string>()
  for (const [oid, { tables, file }] of before.files) {
    const now = after.files.get(oid)
    if (!now || now.file === file) continue
    // Under both names, if the file renames it.
    for (const table of [...tables, ...now.tables]) written.add(table)
  }
  const { rows } = await queryable.query<{ name: string }>(
    `SELECT DISTINCT proname::text AS name FROM pg_catalog.pg_proc
     WHERE provolatile = 'v' AND proname = ANY ($1::text[])`,
    [possible.flatMap(({ functions }) => functions)],
  )
  const volatile = new Set(rows.map(({ name }) => name))
  const inWritten = possible.filter(({ table }) => written.has(table))
  const byDefault = inWritten.filter(
    ({ always, functions }) => always || functions.some((name) => volatile.has(name)),
  )
  // If a default explains the rewrite, the type may have changed without one.
  const explained = new Set(byDefault.map(({ table }) => table))
  return inWritten.filter(
    (one) => byDefault.includes(one) || (one.by === 'type' && !explained.has(one.table)),
  )
}

async function allowsAddedValues(db: Database, script: LintedScript): Promise<boolean> {
  const uses = usesOfAddedValues(script)
  // Servers before 17 refuse values of a type that was created in the same transaction too.
  if (uses.length === 0 || uses.some(({ ownType }) => ownType)) return false
  return (await tryAndRollBack(db, script)) !== unsafeValue
}

/** Runs a file and rolls it back. Returns the SQLSTATE of the error, if there is one. */
async function tryAndRollBack(
  db: Database,
  script: LintedScript,
  look: (queryable: Queryable) => Promise<void> = async () => {},
): Promise<string | undefined> {
  const back = new Error('taken back')
  try {
    await db.transaction(async (transaction) => {
      await runScript(transaction, script)
      await look(transaction)
      throw back
    })
  } catch (error) {
    // `migrate verify` checks whether a down works at all.
    if (error !== back && !(error instanceof DriftpinError)) throw error
    return error instanceof DriftpinError ? sqlState(error.cause) : undefined
  }
  return undefined
}

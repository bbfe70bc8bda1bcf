import {
  type CatalogFact,
  type CatalogState,
  describeCatalog,
  type ManifestTable,
  readCatalog,
} from '../../catalog/index.js'
import { type Database, type Queryable, sqlState } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import { openHarness } from '../../harness/index.js'
import { runMigrationFiles, runScript } from '../../migrations/index.js'
import { embeddedExtensions } from '../optional-packages.js'
import { type PossibleRewrite, possibleRewrites, usesOfAddedValues } from './file-changes.js'
import type { LintedFolder } from './linted-folder.js'
import type { LintedScript } from './linted-script.js'
import { droppedBy, tableKeyOf } from './syntax-tree.js'

/** What was observed in a database while the migrations ran. */
export interface MigratedCatalog {
  /**
   * The tables after the last up, of all schemas. Tables in other schemas than `public` are named
   * `schema.table`. Partitions are left out: they have what their parent has.
   */
  readonly tables: readonly ManifestTable[]
  /** The changes for which PostgreSQL rewrote an existing table. */
  readonly rewrites: readonly PossibleRewrite[]
  /** The files in which PostgreSQL accepted the use of an enum value that they add. */
  readonly allowedValues: ReadonlySet<LintedScript>
  /** The types of earlier migrations that downs drop. */
  readonly lostTypes: readonly LostType[]
  /** The up file that created a constraint, or created, last changed or dropped a column. */
  makerOf(kind: 'constraint' | 'column', table: string, name: string): Maker | undefined
}

/** A type, with its schema unless that is `public`. */
interface LostType {
  readonly name: string
  /** The down file that drops it. */
  readonly script: LintedScript
  /** The up file that created it. */
  readonly maker: LintedScript
}

/** The up file that made something of a table, and the name of the table after that file. */
interface Maker {
  readonly script: LintedScript
  readonly table: string
}

/** The catalog if the migrations did not run. */
export const nothingMigrated: MigratedCatalog = {
  tables: [],
  rewrites: [],
  allowedValues: new Set(),
  lostTypes: [],
  makerOf: () => undefined,
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
  const rewrites: PossibleRewrite[] = []
  const allowedValues = new Set<LintedScript>()
  const lostTypes: LostType[] = []
  const makers = new Map<string, Maker>()
  let before = await observe(db)
  for (const { up, down } of folder.migrations) {
    const known = before
    if (await allowsAddedValues(db, up)) allowedValues.add(up)
    await runMigrationFiles(db, [up])
    const after = await observe(db, known)
    rewrites.push(...(await happened(db, possibleRewrites(up), [known, after])))
    for (const [id, fact] of [...known.parts, ...after.parts]) {
      const isMade = textOf(known.parts.get(id)) !== textOf(after.parts.get(id))
      if (isMade) makers.set(id, { script: up, table: keyOf(fact) })
    }
    before = after
    if (!down) continue
    if (await allowsAddedValues(db, down)) allowedValues.add(down)
    // Rolled back, because the next migration goes up.
    // For a down that fails, its text has to do.
    const dropped = down.statements.flatMap(({ node }) =>
      droppedBy(node, 'OBJECT_TYPE', 'OBJECT_DOMAIN'),
    )
    let isLost = (name: string) => dropped.some(({ key }) => key === name)
    await tryAndRollBack(db, down, async (transaction) => {
      const undone = await observe(transaction, after)
      rewrites.push(...(await happened(transaction, possibleRewrites(down), [after, undone])))
      isLost = (name) => after.parts.has(name) && !undone.parts.has(name)
    })
    for (const name of factsIn(known).filter(isType).map(keyOf).filter(isLost)) {
      lostTypes.push({ name, script: down, maker: makers.get(name)!.script })
    }
  }
  const read = { schemas: 'all', relativeTo: 'public', withExtensions: true } as const
  const { tables } = await readCatalog(db, read)
  return {
    tables: tables.filter(({ partitionBound }) => partitionBound === null),
    rewrites,
    allowedValues,
    lostTypes,
    makerOf: (kind, table, name) => {
      // A column that was dropped has only its table left.
      const isIt = (fact: CatalogFact) =>
        keyOf(fact) === table &&
        (kind === 'column' ? fact.kind === 'table' : fact.kind === kind && fact.name === name)
      const found = factsIn(before).find(isIt)
      return found && makers.get(idOf({ ...found, kind, name }))
    },
  }
}

/** What is compared before and after a file. */
interface Observed {
  readonly catalog: CatalogState
  /** The file on disk of every table, by oid, and the root of its partition tree or itself. */
  readonly files: ReadonlyMap<number, { readonly file: number; readonly root: number }>
  /** Constraints, columns and types. */
  readonly parts: ReadonlyMap<string, CatalogFact>
}

async function observe(queryable: Queryable, before?: Observed): Promise<Observed> {
  const catalog = await describeCatalog(queryable, before?.catalog)
  const { rows } = await queryable.query<{ oid: number; file: number; root: number }>(
    `SELECT oid, relfilenode AS file, coalesce(pg_catalog.pg_partition_root(oid)::oid, oid) AS root
     FROM pg_catalog.pg_class WHERE relkind = 'r'`,
  )
  const files = new Map(rows.map(({ oid, ...one }) => [oid, one]))
  const parts = factsIn({ catalog }).filter(
    (fact) => isType(fact) || fact.kind === 'constraint' || fact.kind === 'column',
  )
  return { catalog, files, parts: new Map(parts.map((fact) => [idOf(fact), fact])) }
}

const factsIn = ({ catalog }: Pick<Observed, 'catalog'>): CatalogFact[] =>
  [...catalog.units.values()].flatMap(({ facts }) => facts)

const isType = ({ kind }: CatalogFact) => /^(enum|domain|.* type)$/.test(kind)

/** The name of a table or type, or of the table of a part. */
const keyOf = ({ schema, table, name }: CatalogFact) => tableKeyOf(schema ?? '', table ?? name)

/** A type by its name, everything else by oid: a renamed constraint or table keeps its oid. */
function idOf(fact: CatalogFact): string {
  if (isType(fact)) return keyOf(fact)
  return fact.kind === 'column' ? `${fact.unit} ${fact.name}` : `${fact.unit}`
}

/** What has to change for a part to count as made again: of a column, its attributes. */
function textOf(fact: CatalogFact | undefined): string | undefined {
  if (fact?.kind !== 'column') return fact?.kind
  return JSON.stringify({ ...JSON.parse(fact.text), privileges: null })
}

/** The rewrites that took place, according to the files on disk before and after. */
async function happened(
  queryable: Queryable,
  possible: readonly PossibleRewrite[],
  [before, after]: readonly [Observed, Observed],
): Promise<PossibleRewrite[]> {
  if (possible.length === 0) return []
  const rewritten = [...before.files].filter(
    ([oid, { file }]) => (after.files.get(oid)?.file ?? file) !== file,
  )
  const oids = rewritten.flatMap(([oid, { root }]) => [oid, root])
  // Under both names, if the file renames it.
  const facts = [before, after].flatMap(factsIn)
  const tables = facts.filter(({ kind, unit }) => kind === 'table' && oids.includes(unit))
  const written = new Set(tables.map(keyOf))
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

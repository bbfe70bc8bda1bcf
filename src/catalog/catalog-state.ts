import type { Queryable, Transaction } from '../database/index.js'
import {
  type Aspect,
  type CatalogFact,
  columnOrder,
  differences,
  factsByTitle,
  toFacts,
} from './facts.js'
import { objectSources } from './object-sources.js'
import { everything, type FactsAnswer, factsSql, neutralSql, readAllFacts } from './read-facts.js'
import { restSources } from './rest-sources.js'
import { allUnitsSql, countersSql, writtenUnitsSql } from './stamps.js'

/** An object of the catalog at one moment. */
interface Unit {
  /** How many catalog rows tell about it. */
  readonly rows: number
  readonly facts: readonly CatalogFact[]
}

/** What {@link describeCatalog} saw. */
export interface CatalogState {
  /** The objects by oid; 0 is for all that is no object of its own. */
  readonly units: ReadonlyMap<number, Unit>
  /** How many rows of each catalog were ever written. */
  readonly written: ReadonlyMap<string, string>
  /** How many rows of each catalog were ever deleted, as one text. */
  readonly deleted: string
  /** The first transaction that it did not see. */
  readonly transaction: string
  /**
   * For every table, by oid: the file of its rows, and how many were ever updated or deleted. While
   * that is the same, no row of it was changed or removed; some may have been added.
   */
  readonly changes: ReadonlyMap<number, string>
  /** How many rows all tables hold together. */
  readonly liveRows: number
}

/** PGlite is built from this version of PostgreSQL. */
const embeddedMajor = 18

/**
 * The catalog of an embedded database, with the same facts as `describeDatabase` has, for those who
 * ask again after every few statements: an object whose catalog rows are the very same as before is
 * not read again. It costs a look at the heads of the catalog's rows, and the facts of what was
 * made or altered. It leaves prepared statements in the session.
 *
 * @param before What the database was at an earlier moment, which led to this one without a rewind
 * to before it.
 */
export async function describeCatalog(
  database: Queryable,
  before?: CatalogState,
): Promise<CatalogState> {
  // The counters are whole only after a statement of its own that asked for it.
  await database.query('SELECT pg_catalog.pg_stat_force_next_flush()')
  return await database.transaction(async (transaction) => {
    const execute = await preparing(transaction)
    const counters = await readCounters(execute)
    if (before) {
      const { renewed, kept } = await readChanges(execute, before, counters)
      const facts = await readUnits(transaction, execute, before, renewed)
      const isShown = [...renewed.keys()].some((unit) =>
        showsElsewhere(before.units.get(unit)?.facts ?? [], facts.get(unit) ?? []),
      )
      if (!isShown) {
        return { ...counters, units: new Map([...kept, ...unitsOf(renewed, facts)]) }
      }
    }
    const { all } = await readAllUnits(execute, counters.transaction)
    const facts = await readAllFacts(transaction, embeddedMajor, [...objectSources, ...rest])
    return { ...counters, units: unitsOf(all, byUnit(facts)) }
  })
}

/** Large objects are content, as rows are. */
const rest = restSources.filter(({ kind }) => kind !== "'large object'")

type Execute = <Row>(name: string, text: string, values?: string) => Promise<Row>

/** Runs statements of one row, with neutral settings: planning them takes longer than running. */
async function preparing(transaction: Transaction): Promise<Execute> {
  const { rows } = await transaction.query<{ names: string[] }>(
    neutralSql({
      mode: "set_config('plan_cache_mode', 'force_generic_plan', true)",
      names: 'ARRAY(SELECT name FROM pg_catalog.pg_prepared_statements)',
    }),
  )
  const names = new Set(rows[0]!.names)
  return async <Row>(name: string, text: string, values?: string) => {
    if (!names.has(name)) await transaction.script(`PREPARE ${name} ${text}`)
    names.add(name)
    const list = values === undefined ? '' : ` (${values})`
    return (await transaction.query<Row>(`EXECUTE ${name}${list}`)).rows[0]!
  }
}

/** How many rows each unit has. */
type Counts = ReadonlyMap<number, number>

async function readCounters(execute: Execute): Promise<Omit<CatalogState, 'units'>> {
  type Row = Record<'written' | 'deleted' | 'tables' | 'transaction', string> & { live: number }
  const row = await execute<Row>('driftpin_counters', `AS ${countersSql}`)
  const { deleted, transaction, live: liveRows } = row
  const changes = new Map(parsePairs(row.tables).map(([oid, text]) => [Number(oid), text]))
  return { deleted, transaction, liveRows, written: new Map(parsePairs(row.written)), changes }
}

/** All units, and those of which a row was written since a transaction. */
async function readAllUnits(
  execute: Execute,
  since: string,
): Promise<{ readonly all: Counts; readonly written: ReadonlySet<number> }> {
  type Row = { all: string | null; written: string | null }
  const row = await execute<Row>('driftpin_all_units', `(xid) AS ${allUnitsSql}`, `'${since}'`)
  const written = (row.written ?? '').split(',').filter((oid) => oid !== '')
  return { all: countsIn(row.all), written: new Set(written.map(Number)) }
}

/** The units that may differ, and those that are the very same as before. */
async function readChanges(
  execute: Execute,
  before: CatalogState,
  now: Omit<CatalogState, 'units'>,
): Promise<{ renewed: Counts; kept: Map<number, Unit> }> {
  const kept = new Map(before.units)
  if (now.deleted !== before.deleted) {
    const { all, written } = await readAllUnits(execute, before.transaction)
    for (const [unit, { rows }] of before.units) {
      if (all.get(unit) !== rows || written.has(unit)) kept.delete(unit)
    }
    return { renewed: new Map([...all].filter(([unit]) => !kept.has(unit))), kept }
  }
  const catalogs = [...now.written].filter(([name, count]) => before.written.get(name) !== count)
  if (catalogs.length === 0) return { renewed: new Map(), kept }
  const values = `'${before.transaction}', '{${catalogs.map(([name]) => name)}}'`
  const text = `(xid, text[]) AS ${writtenUnitsSql}`
  const row = await execute<{ units: string | null }>('driftpin_written', text, values)
  const renewed = countsIn(row.units)
  for (const unit of renewed.keys()) kept.delete(unit)
  return { renewed, kept }
}

async function readUnits(
  transaction: Transaction,
  execute: Execute,
  before: CatalogState,
  renewed: Counts,
): Promise<ReadonlyMap<number, CatalogFact[]>> {
  const objects = [...renewed.keys()].filter((unit) => unit !== 0)
  const found: CatalogFact[] = []
  if (objects.length > 0) {
    // A plan is made for a catalog of some size, and is a bad one when that has grown.
    const name = `driftpin_units_${Math.ceil(Math.log2(before.units.size + 1))}`
    const text = `(oid[]) AS ${someFactsSql}`
    found.push(...toFacts((await execute<FactsAnswer>(name, text, `'{${objects}}'`)).facts))
  }
  if (renewed.has(0)) found.push(...(await readAllFacts(transaction, embeddedMajor, rest)))
  return byUnit(found)
}

const someFactsSql = factsSql(objectSources, everything, {
  has: 'digest',
  where: 'unit = ANY ($1)',
  // Only if they are not computed whole can the server look up the few that are asked for.
  materialized: 'NOT MATERIALIZED',
})

function byUnit(facts: readonly CatalogFact[]): Map<number, CatalogFact[]> {
  const units = new Map<number, CatalogFact[]>()
  for (const fact of facts) {
    const same = units.get(fact.unit)
    if (same) same.push(fact)
    else units.set(fact.unit, [fact])
  }
  return units
}

function unitsOf(counts: Counts, facts: ReadonlyMap<number, CatalogFact[]>): Map<number, Unit> {
  return new Map([...counts].map(([unit, rows]) => [unit, { rows, facts: facts.get(unit) ?? [] }]))
}

/**
 * Whether what changed here can show in what others say, whose own rows are the same: they name
 * columns, tables and schemas, which may have been renamed, and values of enums.
 */
function showsElsewhere(before: readonly CatalogFact[], now: readonly CatalogFact[]): boolean {
  const [old, fresh] = [factsByTitle(before), factsByTitle(now)]
  const isLost = before.some(({ title }) => !fresh.has(title))
  const isGained = now.some(({ title }) => !old.has(title))
  if (isLost && isGained) return true
  return before.some(
    ({ kind, title, text }) =>
      /^(enum|domain|.* type)$/.test(kind) && (fresh.get(title)?.text ?? text) !== text,
  )
}

const countsIn = (text: string | null): Counts =>
  new Map(parsePairs(text).map(([unit, rows]) => [Number(unit), Number(rows)]))

/** Takes apart `key:value,key:value`. */
function parsePairs(text: string | null): (readonly [string, string])[] {
  const pairs = (text ?? '').split(',').filter((pair) => pair !== '')
  return pairs.map((pair) => {
    const colon = pair.indexOf(':')
    return [pair.slice(0, colon), pair.slice(colon + 1)]
  })
}

/** The titles of the facts in which two states of a catalog differ, sorted. */
export function catalogDifferences(
  one: CatalogState,
  other: CatalogState,
  options?: { readonly ignoring?: readonly Aspect[] },
): string[] {
  return differences(factsBeside(one, other), factsBeside(other, one), options)
}

/**
 * The tables that have the same columns in two states, but in another order, such as
 * `public.chats`.
 */
export function reorderedTables(one: CatalogState, other: CatalogState): string[] {
  const differing = catalogDifferences(one, other)
  return differing
    .filter((title) => title.startsWith(`${columnOrder} of `))
    .map((title) => title.slice(`${columnOrder} of `.length))
    .filter((table) => !differing.some((title) => title.startsWith(`column ${table}.`)))
}

/** The facts of a state without those that were kept from one to the other. */
function factsBeside({ units }: CatalogState, other: CatalogState) {
  const own = [...units].filter(([oid, unit]) => other.units.get(oid) !== unit)
  return factsByTitle(...own.map(([, { facts }]) => facts))
}

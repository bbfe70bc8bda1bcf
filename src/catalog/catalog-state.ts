import type { Queryable, Transaction } from '../database/index.js'
import {
  type Aspect,
  byUnit,
  type CatalogFact,
  columnOrder,
  differences,
  factsByTitle,
  groupBy,
  toFacts,
} from './facts.js'
import { objectSources } from './object-sources.js'
import { everything, type FactsAnswer, factsSql, neutralSql, readAllFacts } from './read-facts.js'
import { restSources } from './rest-sources.js'
import { stateSql } from './stamps.js'

/** An object of the catalog at one moment. */
interface Unit {
  /** The number of catalog rows that describe it. */
  readonly rows: number
  readonly facts: readonly CatalogFact[]
}

/** The result of {@link describeCatalog}. */
export interface CatalogState {
  /** The objects by oid; 0 stands for everything that is not an object of its own. */
  readonly units: ReadonlyMap<number, Unit>
  /** The first transaction that it did not see. */
  readonly transaction: string
  /**
   * For every table, by oid: the file of its rows, and how many rows were ever updated or deleted.
   * While this text is the same, no row was changed or removed; some may have been added.
   */
  readonly changes: ReadonlyMap<number, string>
  /** The number of rows of all tables together. */
  readonly liveRows: number
}

/** PGlite is built from this version of PostgreSQL. */
const embeddedMajor = 18

/**
 * The catalog of an embedded database, with the same facts as `describeDatabase`, for callers that
 * read it repeatedly. An object whose catalog rows did not change is not read again: only the
 * headers of the catalog's rows and the facts of new and altered objects are read. It leaves
 * prepared statements in the session.
 *
 * @param before An earlier state, if the database was not rewound to a moment before it.
 */
export async function describeCatalog(
  database: Queryable,
  before?: CatalogState,
): Promise<CatalogState> {
  // The counters are complete only after a separate statement that requests it.
  await database.query('SELECT pg_catalog.pg_stat_force_next_flush()')
  return await database.transaction(async (transaction) => {
    const execute = await preparing(transaction)
    const since = before?.transaction ?? firstTransaction
    const { units, ...row } = await execute<StateRow>(
      'driftpin_state',
      `(xid) AS ${stateSql}`,
      `'${since}'`,
    )
    const state = { ...row, changes: new Map(row.changes) }
    if (before) {
      const isKept = ([oid, rows, isWritten]: StampedUnit) =>
        !isWritten && before.units.get(oid)?.rows === rows
      const renewed = units.filter((unit) => !isKept(unit))
      const facts = await readUnits(transaction, execute, before, renewed)
      const isShown = renewed.some(([oid]) =>
        showsElsewhere(before.units.get(oid)?.facts ?? [], facts.get(oid) ?? []),
      )
      if (!isShown) {
        const kept = units.filter(isKept).map(([oid]) => [oid, before.units.get(oid)!] as const)
        return { ...state, units: new Map([...kept, ...unitsOf(renewed, facts)]) }
      }
    }
    const facts = await readAllFacts(transaction, embeddedMajor, [...objectSources, ...rest])
    return { ...state, units: unitsOf(units, groupBy(facts, byUnit)) }
  })
}

/** The first transaction that a server numbers after its own. */
const firstTransaction = '3'

/** An object, the number of its catalog rows, and whether one was written since a transaction. */
type StampedUnit = readonly [oid: number, rows: number, isWritten: boolean]

interface StateRow extends Pick<CatalogState, 'transaction' | 'liveRows'> {
  readonly units: readonly StampedUnit[]
  readonly changes: readonly (readonly [oid: number, text: string])[]
}

/** Large objects are content, as rows are. */
const rest = restSources.filter(({ kind }) => kind !== "'large object'")

type Execute = <Row>(name: string, text: string, value: string) => Promise<Row>

/** Runs statements of one row, with neutral settings; prepared, because planning is slower. */
async function preparing(transaction: Transaction): Promise<Execute> {
  const { rows } = await transaction.query<{ names: string[] }>(
    neutralSql({
      mode: "set_config('plan_cache_mode', 'force_generic_plan', true)",
      names: 'ARRAY(SELECT name FROM pg_catalog.pg_prepared_statements)',
    }),
  )
  const names = new Set(rows[0]!.names)
  return async <Row>(name: string, text: string, value: string) => {
    if (!names.has(name)) await transaction.script(`PREPARE ${name} ${text}`)
    names.add(name)
    return (await transaction.query<Row>(`EXECUTE ${name} (${value})`)).rows[0]!
  }
}

async function readUnits(
  transaction: Transaction,
  execute: Execute,
  before: CatalogState,
  renewed: readonly StampedUnit[],
): Promise<ReadonlyMap<number, CatalogFact[]>> {
  const objects = renewed.map(([oid]) => oid).filter((oid) => oid !== 0)
  const found: CatalogFact[] = []
  if (objects.length > 0) {
    // A plan that was made for a small catalog is slow when the catalog has grown.
    const name = `driftpin_units_${Math.ceil(Math.log2(before.units.size + 1))}`
    const text = `(oid[]) AS ${someFactsSql}`
    found.push(...toFacts((await execute<FactsAnswer>(name, text, `'{${objects}}'`)).facts))
  }
  if (objects.length < renewed.length)
    found.push(...(await readAllFacts(transaction, embeddedMajor, rest)))
  return groupBy(found, byUnit)
}

const someFactsSql = factsSql(objectSources, everything, {
  has: 'digest',
  where: 'unit = ANY ($1)',
  // Otherwise the server computes all facts instead of looking up the few that are requested.
  materialized: 'NOT MATERIALIZED',
})

function unitsOf(
  units: readonly StampedUnit[],
  facts: ReadonlyMap<number, CatalogFact[]>,
): Map<number, Unit> {
  return new Map(units.map(([oid, rows]) => [oid, { rows, facts: facts.get(oid) ?? [] }]))
}

/**
 * Whether a change of these facts can be visible in facts of other objects whose catalog rows are
 * the same: those contain the names of columns, tables and schemas, and the values of enums.
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

/** The facts of a state without those of units that are in both states. */
function factsBeside({ units }: CatalogState, other: CatalogState) {
  const own = [...units].filter(([oid, unit]) => other.units.get(oid) !== unit)
  return factsByTitle(...own.map(([, { facts }]) => facts))
}

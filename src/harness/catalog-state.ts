import type { Queryable, Transaction } from '../database/index.js'
import { neutralSql } from './digest.js'
import { restUnitSql, unitsSql } from './digest-catalog.js'
import { usedCatalogsSql } from './digest-objects.js'
import { allUnitsSql, countersSql, restUnit, writtenUnitsSql } from './digest-stamps.js'

/** What one object says of itself by name, such as `index public.users_pkey`, each with a hash. */
type Entries = ReadonlyMap<string, string>

interface Unit {
  /** How many catalog rows tell about it. */
  readonly rows: number
  readonly entries: Entries
}

/** What {@link describeCatalog} saw. */
export interface CatalogState {
  /** What there is, by the oid of the object; `0` is for all that is no object of its own. */
  readonly units: ReadonlyMap<string, Unit>
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
  readonly changes: ReadonlyMap<string, string>
  /** How many columns every table has or had, by oid: the number of its newest one. */
  readonly columns: ReadonlyMap<string, string>
  /** How many rows all tables hold together. */
  readonly liveRows: number
}

/**
 * The catalog of an embedded database, with the same entries as `describeDatabase` has, for those
 * who ask again after every few statements: an object whose catalog rows are the very same as
 * before is not described again. It costs a look at the heads of the catalog's rows, and the
 * description of what was made or altered. It leaves prepared statements in the session.
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
    const { rows: prepared } = await transaction.query<{ names: string[] }>(
      `${neutralSql}, pg_catalog.set_config('plan_cache_mode', 'force_generic_plan', true),
       ARRAY(SELECT name FROM pg_catalog.pg_prepared_statements) AS names`,
    )
    const names = new Set(prepared[0]!.names)
    /** To plan these takes much longer than to run them. */
    const execute: Execute = async <Row>(name: string, text: string, values?: string) => {
      if (!names.has(name)) await transaction.script(`PREPARE ${name} ${text}`)
      names.add(name)
      const list = values === undefined ? '' : ` (${values})`
      return (await transaction.query<Row>(`EXECUTE ${name}${list}`)).rows
    }
    const counters = await readCounters(execute)
    if (before) {
      const { renewed, kept } = await readChanges(execute, before, counters)
      // A plan is made for a catalog of some size, and is a bad one when that has grown.
      const size = Math.ceil(Math.log2(before.units.size + 1))
      const some = async (units: readonly string[]) =>
        execute<EntryRow>(
          `driftpin_units_${size}`,
          `(oid[]) AS ${unitsSql('some')}`,
          `'{${units}}'`,
        )
      const entries = await readEntries(transaction, [...renewed.keys()], some)
      const shows = (unit: string) =>
        showsElsewhere(before.units.get(unit)?.entries ?? none, entries.get(unit) ?? none)
      if (![...renewed.keys()].some(shows)) {
        return { ...counters, units: new Map([...kept, ...unitsOf(renewed, entries)]) }
      }
    }
    const { all } = await readUnits(execute, counters.transaction)
    return { ...counters, units: unitsOf(all, await readEntries(transaction, 'all')) }
  })
}

const none: Entries = new Map()

type Execute = <Row>(name: string, text: string, values?: string) => Promise<Row[]>

/** How many rows each unit has. */
type Counts = ReadonlyMap<string, number>

async function readCounters(execute: Execute): Promise<Omit<CatalogState, 'units'>> {
  type Row = { deleted: string; transaction: string; live: number } & Record<
    'written' | 'tables' | 'columns',
    string | null
  >
  const [row] = await execute<Row>('driftpin_counters', `AS ${countersSql}`)
  const { deleted, transaction, live: liveRows } = row!
  return {
    ...{ deleted, transaction, liveRows },
    written: parsePairs(row!.written),
    changes: parsePairs(row!.tables),
    columns: parsePairs(row!.columns),
  }
}

async function readUnits(
  execute: Execute,
  since: string,
): Promise<{ all: Counts; written: string }> {
  type Row = { all: string | null; written: string | null }
  const text = `(xid) AS ${allUnitsSql}`
  const [row] = await execute<Row>('driftpin_all_units', text, `'${since}'`)
  return { all: countsIn(row!.all), written: row!.written ?? '' }
}

/** The units that may differ, and those that are the very same as before. */
async function readChanges(
  execute: Execute,
  before: CatalogState,
  now: Omit<CatalogState, 'units'>,
): Promise<{ renewed: Counts; kept: Map<string, Unit> }> {
  const kept = new Map(before.units)
  if (now.deleted !== before.deleted) {
    const { all, written } = await readUnits(execute, before.transaction)
    const isWritten = new Set(written.split(','))
    for (const [unit, { rows }] of before.units) {
      if (all.get(unit) !== rows || isWritten.has(unit)) kept.delete(unit)
    }
    return { renewed: new Map([...all].filter(([unit]) => !kept.has(unit))), kept }
  }
  const catalogs = [...now.written].filter(([name, count]) => before.written.get(name) !== count)
  if (catalogs.length === 0) return { renewed: new Map(), kept }
  const values = `'${before.transaction}', '{${catalogs.map(([name]) => name)}}'`
  const text = `(xid, text[]) AS ${writtenUnitsSql}`
  const [row] = await execute<{ units: string | null }>('driftpin_written', text, values)
  const renewed = countsIn(row!.units)
  for (const unit of renewed.keys()) kept.delete(unit)
  return { renewed, kept }
}

function unitsOf(counts: Counts, entries: ReadonlyMap<string, Entries>): Map<string, Unit> {
  return new Map(
    [...counts].map(([unit, rows]) => [unit, { rows, entries: entries.get(unit) ?? none }]),
  )
}

/**
 * Whether what changed here can show in what others say, whose own rows are the same: they name
 * columns, tables and schemas, which may have been renamed, and values of enums.
 */
function showsElsewhere(before: Entries, now: Entries): boolean {
  const isLost = [...before.keys()].some((name) => !now.has(name))
  const isGained = [...now.keys()].some((name) => !before.has(name))
  if (isLost && isGained) return true
  return [...before].some(
    ([name, hash]) => name.startsWith('type ') && now.has(name) && now.get(name) !== hash,
  )
}

interface EntryRow {
  readonly unit: string
  readonly name: string
  readonly hash: string
}

async function readEntries(
  transaction: Transaction,
  units: readonly string[] | 'all',
  some?: (units: readonly string[]) => Promise<EntryRow[]>,
): Promise<Map<string, Map<string, string>>> {
  const found: EntryRow[] = []
  const own = units === 'all' ? units : units.filter((unit) => unit !== restUnit)
  if (own === 'all') found.push(...(await transaction.query<EntryRow>(unitsSql('all'))).rows)
  else if (own.length > 0) found.push(...(await some!(own)))
  if (units === 'all' || units.includes(restUnit)) {
    const { rows } = await transaction.query<{ major: number; catalogs: string[] }>(
      `SELECT current_setting('server_version_num')::integer / 10000 AS major,
              ${usedCatalogsSql} AS catalogs`,
    )
    const { major, catalogs } = rows[0]!
    found.push(...(await transaction.query<EntryRow>(restUnitSql(major, catalogs))).rows)
  }
  const entries = new Map<string, Map<string, string>>()
  for (const { unit, name, hash } of found) {
    const one = entries.get(unit) ?? new Map<string, string>()
    entries.set(unit, one.set(name, hash))
  }
  return entries
}

const countsIn = (text: string | null): Counts =>
  new Map([...parsePairs(text)].map(([unit, rows]) => [unit, Number(rows)]))

function parsePairs(text: string | null): Map<string, string> {
  const pairs = (text ?? '').split(',').filter((pair) => pair !== '')
  return new Map(
    pairs.map((pair) => {
      const colon = pair.indexOf(':')
      return [pair.slice(0, colon), pair.slice(colon + 1)]
    }),
  )
}

/** Which entries two states of a catalog do not have in common, sorted. */
export function catalogDifferences(one: CatalogState, other: CatalogState): string[] {
  const [before, after] = [entriesBeside(one, other), entriesBeside(other, one)]
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].filter((name) => before.get(name) !== after.get(name)).sort()
}

/** The entries by name, those of several objects under one name together. */
function entriesBeside({ units }: CatalogState, other: CatalogState): Map<string, string> {
  const all = new Map<string, string>()
  for (const [oid, unit] of units) {
    // What was kept from an earlier state is the very same in both.
    if (other.units.get(oid) === unit) continue
    for (const [name, hash] of unit.entries) {
      const same = all.get(name)
      all.set(name, same ? [same, hash].sort().join() : hash)
    }
  }
  return all
}

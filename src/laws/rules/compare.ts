import { type Finding, pushesOf, type Race, type Step } from '../law.js'
import type { Pushed } from '../model/live-context.js'
import { noRows, type Rows, type StoredRow, type TableRows } from '../row-reader.js'

// How the laws read and compare what was before and what is after.

type Values = StoredRow['values']

/** The rows of a table by key; none if the schema does not have the table. */
export const rowsOf = (rows: Rows, table: string): TableRows => rows.get(table) ?? noRows

/** The values of a row, if it exists. */
export const valuesOf = (rows: Rows, table: string, id: string): Values | undefined =>
  rows.get(table)?.get(id)?.values

/** What a check finds in the chats after a step, with their values before it, if they existed. */
export const inChats = (
  { before, after }: Step,
  check: (id: string, values: Values, old: Values | undefined) => readonly Finding[],
): Finding[] =>
  [...rowsOf(after.rows, 'chats')].flatMap(([id, { values }]) =>
    check(id, values, valuesOf(before.rows, 'chats', id)),
  )

/** One finding if two values differ. */
export const unequal = (what: string, expected: unknown, actual: unknown): Finding[] =>
  expected === actual ? [] : [{ what, expected: String(expected), actual: String(actual) }]

/** The push of a race that stored this snapshot error. */
export const pushOf = (race: Race, error: string | null | undefined): Pushed | undefined =>
  pushesOf(race).find(({ push }) => push.error === error)?.push

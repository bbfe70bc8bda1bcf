import type { RangeVar } from 'libpg-query'

/** One name for one table, with its schema where that is not the usual one. */
export function tableKey(relation: RangeVar | undefined): string {
  return tableKeyOf(relation?.schemaname, relation?.relname ?? '')
}

/** The same from the catalog's words, or from the last two names of a list. */
export function tableKeyOf(schema: string | undefined, name: string): string {
  return !schema || schema === 'public' ? name : `${schema}.${name}`
}

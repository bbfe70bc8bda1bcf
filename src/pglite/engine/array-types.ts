import { type PGlite, types } from '@electric-sql/pglite'
import type { ArrayType, Internals } from './internals.js'

/** The types whose arrays PGlite reads and writes as arrays. */
async function listArrayTypes(pglite: PGlite): Promise<ArrayType[]> {
  const { rows } = await pglite.query<{ element: number; array: number }>(
    `SELECT DISTINCT b.oid::int AS element, b.typarray::int AS array
     FROM pg_type a JOIN pg_type b ON b.oid = a.typelem
     WHERE a.typcategory = 'A' AND b.typarray <> 0`,
  )
  return rows.map(({ element, array }) => [element, array])
}

/** Keeps the list with the engine, for images of it, whenever PGlite learns the types anew. */
export async function keepArrayTypes(pglite: PGlite, inside: Internals): Promise<void> {
  inside.arrayTypes = await listArrayTypes(pglite)
  relearn(pglite, inside)
}

/**
 * Tells a PGlite that was never started what it would have asked for: its query is the longest of
 * all that a new process runs before its first test.
 */
export function teachArrayTypes(
  pglite: PGlite,
  inside: Internals,
  arrayTypes: readonly ArrayType[],
): void {
  for (const [element, array] of arrayTypes) {
    pglite.serializers[array] = (value) =>
      types.arraySerializer(value, pglite.serializers[element], array)
    pglite.parsers[array] = (text) => types.arrayParser(text, pglite.parsers[element]!, array)
  }
  inside.arrayTypes = arrayTypes
  relearn(pglite, inside)
}

function relearn(pglite: PGlite, inside: Internals): void {
  const refresh = pglite.refreshArrayTypes
  pglite.refreshArrayTypes = async () => {
    await refresh.call(pglite)
    inside.arrayTypes = await listArrayTypes(pglite)
  }
}

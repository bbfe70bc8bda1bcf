/** What was made after initdb has an oid from here on. */
export const firstOid = 16384

/** SQL expressions by the name of the attribute that each gives. */
type Attributes = Readonly<Record<string, string>>

/**
 * Where one kind of fact is read: the parts of a SELECT over the catalog, as SQL. It may use the
 * common table expressions `relation`, `type` and `schema` of read-facts.ts, which hold what is to
 * be read and nothing else.
 *
 * Functions are qualified throughout: names are printed as seen from the schema that is read, which
 * is then first in the search path, and could have a function with a better matching signature.
 */
export interface FactSource {
  readonly kind: string
  /** The catalog of the object whose rows hold the fact, and its oid there. */
  readonly catalog: string
  readonly unit: string
  /** The table, view, type or domain that the object is a part of; the object itself otherwise. */
  readonly schema: string
  readonly table?: string
  readonly name: string
  /** Of a function: its argument types. */
  readonly signature?: string
  /** Of a column: its number, for the order. */
  readonly place?: string
  readonly from: string
  readonly where: string
  /** For what most databases have none of: a FROM that has rows if there are such facts. */
  readonly rare?: string
  /** What a manifest has and a digest too. */
  readonly attributes?: Attributes
  /** What the attributes imply, taken apart: a manifest has it, and a digest needs no copy. */
  readonly parts?: Attributes
  /** What no manifest has: owner, privileges, storage, and the rare properties. */
  readonly details?: Attributes
  /** Whether a manifest has such facts, or the condition for those that it has. */
  readonly inManifest: boolean | string
}

/**
 * Privileges as a list; null for the defaults, whether they were never changed or were restored.
 * GRANT and REVOKE leave the list in the order of the commands, which does not matter.
 */
export function privileges(list: string, defaults: string): string {
  return `CASE WHEN NOT (${list} @> ${defaults} AND ${list} <@ ${defaults})
    THEN ${sortedPrivileges(list)} END`
}

export const sortedPrivileges = (list: string) =>
  `(SELECT pg_catalog.json_agg(item::text ORDER BY item::text COLLATE "C")
    FROM pg_catalog.unnest(${list}) item)`

/** The names of columns in the order of their numbers in an array; null for an expression. */
export const columnNames = (relation: string, numbers: string) =>
  `(SELECT coalesce(pg_catalog.json_agg(m.attname ORDER BY key.place), '[]')
    FROM pg_catalog.unnest(${numbers}) WITH ORDINALITY AS key (attnum, place)
    LEFT JOIN pg_attribute m ON m.attrelid = ${relation} AND m.attnum = key.attnum
                            AND m.attnum > 0)`

/** Whether an object belongs to an extension (`e`) or was made along with another one (`i`). */
export const dependsAs = (type: 'e' | 'i', catalog: string, oid: string) =>
  `EXISTS (SELECT FROM pg_depend e
    WHERE e.classid = 'pg_catalog.${catalog}'::regclass AND e.objid = ${oid}
      AND e.deptype = '${type}')`

/** Where a part of a relation `r` is. */
export const partOfRelation = { schema: 'r.schema', table: 'r.relname' } as const

/** The tablespace of a relation: a call costs less than to plan a join, and most have none. */
export const tablespace = (of: string) =>
  `CASE WHEN ${of}.reltablespace <> 0 THEN (pg_catalog.pg_identify_object(
    'pg_catalog.pg_tablespace'::regclass, ${of}.reltablespace, 0)).identity END`

/** The lowest oid of objects that were created after initdb. */
export const firstOid = 16384

/** SQL expressions by the names of the attributes that they compute. */
type Attributes = Readonly<Record<string, string>>

/**
 * The SQL that reads one kind of fact. It uses the common table expressions `schema`, `relation`
 * and `type` of read-facts.ts, which contain only what is to be read. {@link qualify} is applied to
 * all of it.
 */
export interface FactSource {
  /** The kind of the facts. */
  readonly kind: string
  /** The object of each fact: see `CatalogFact`. */
  readonly object: {
    readonly unit: string
    readonly schema?: string
    readonly table?: string
    readonly name: string
    readonly signature?: string
    readonly place?: string
  }
  /** FROM and WHERE. */
  readonly from: string
  /** For facts that most databases do not have: a FROM that has rows if there are any. */
  readonly rare?: string
  /** The attributes of manifests and digests. */
  readonly attributes?: Attributes
  /** Parts of the attributes, for manifests only: a digest needs no copy of them. */
  readonly parts?: Attributes
  /** The attributes of digests only: owner, privileges, storage, and rare properties. */
  readonly details?: Attributes
  /** False for facts of digests only, or the condition for the facts of manifests. */
  readonly inManifest?: false | string
}

/**
 * Qualifies every function of a statement, which is a lower-case name right before a parenthesis.
 * The schema that is read comes first in the search path, so that its names are printed without a
 * schema, and it may have a function with a better matching signature.
 */
export const qualify = (sql: string): string =>
  sql.replace(/(?<![\w.])(?!coalesce|nullif)[a-z]\w*(?=\()/g, 'pg_catalog.$&')

/**
 * Privileges as a list; null for the defaults, whether they were never changed or were restored.
 * GRANT and REVOKE leave the list in the order of the commands, which does not matter.
 */
export const privileges = (list: string, defaults: string) =>
  `CASE WHEN NOT (${list} @> ${defaults} AND ${list} <@ ${defaults}) THEN ${sorted(list)} END`

/** An array as JSON in an order that does not depend on how it was made. */
export const sorted = (array: string, where = 'true') =>
  `(SELECT json_agg(item::text ORDER BY item::text COLLATE "C") FROM unnest(${array}) item
    WHERE ${where})`

/** The names of columns in the order of their numbers in an array; null for an expression. */
export const columnNames = (relation: string, numbers: string) =>
  `(SELECT coalesce(json_agg(m.attname ORDER BY key.place), '[]')
    FROM unnest(${numbers}) WITH ORDINALITY AS key (attnum, place)
    LEFT JOIN pg_attribute m ON m.attrelid = ${relation} AND m.attnum = key.attnum AND m.attnum > 0)`

/** Whether an object belongs to an extension (`e`) or was created with another object (`i`). */
export const dependsAs = (type: 'e' | 'i', catalog: string, oid: string) =>
  `EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_catalog.${catalog}'::regclass
    AND e.objid = ${oid} AND e.deptype = '${type}')`

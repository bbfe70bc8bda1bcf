import { type Queryable, quoteIdentifier, quoteLiteral } from '../../database/index.js'

/** A foreign key, as it can be made again. */
export interface ForeignKey {
  readonly name: string
  readonly schema: string
  /** The table that has it, as it is. */
  readonly bareTable: string
  /** The table that has it, quoted, with its schema. */
  readonly table: string
  /** The table that it refers to, as it is. */
  readonly bareReferences: string
  /** The table that it refers to, quoted, with its schema. */
  readonly references: string
  /** The letter of `pg_constraint.confdeltype`. */
  readonly onDelete: string
  /** From pg_get_constraintdef, with every name qualified. */
  readonly definition: string
  /** Null if it has none. */
  readonly comment: string | null
}

/**
 * The foreign keys of all tables except temporary ones and those of extensions, in the order in
 * which they were created. Keys of partitions belong to those of their partitioned tables. Keys
 * with triggers that were disabled or enabled otherwise are left out, because a new key would not
 * have that state.
 */
export async function readForeignKeys(queryable: Queryable): Promise<ForeignKey[]> {
  return await queryable.transaction(async (transaction) => {
    // With nothing on the path, every name is qualified.
    await transaction.script("SET LOCAL search_path = ''")
    const { rows } = await transaction.query<ForeignKey>(
      `SELECT conname::text AS name, nspname::text AS schema, c.relname::text AS "bareTable",
         conrelid::regclass::text AS table, f.relname::text AS "bareReferences",
         confrelid::regclass::text AS references, confdeltype::text AS "onDelete",
         pg_catalog.pg_get_constraintdef(k.oid) AS definition,
         pg_catalog.obj_description(k.oid, 'pg_constraint') AS comment
       FROM pg_catalog.pg_constraint k
       JOIN pg_catalog.pg_class c ON c.oid = conrelid
       JOIN pg_catalog.pg_class f ON f.oid = confrelid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE contype = 'f' AND conparentid = 0 AND c.relpersistence <> 't'
         AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled <> 'O')
         AND NOT EXISTS (
           SELECT FROM pg_catalog.pg_depend d
           WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = conrelid
             AND d.deptype = 'e')
       ORDER BY k.oid`,
    )
    return rows
  })
}

/**
 * Drops foreign keys and creates them again in the order of the list. Nothing else changes: not the
 * rows, and not the definitions.
 */
export async function recreateForeignKeys(
  queryable: Queryable,
  keys: readonly ForeignKey[],
): Promise<void> {
  const drops = keys.map(
    ({ table, name }) => `ALTER TABLE ${table} DROP CONSTRAINT ${quoteIdentifier(name)};`,
  )
  const additions = keys.map(({ table, name, definition, comment }) => {
    const named = quoteIdentifier(name)
    const remark =
      comment === null
        ? ''
        : `COMMENT ON CONSTRAINT ${named} ON ${table} IS ${quoteLiteral(comment)};`
    return `ALTER TABLE ${table} ADD CONSTRAINT ${named} ${definition}; ${remark}`
  })
  // One by one, since one transaction may not hold locks on all tables.
  for (const statement of [...drops, ...additions]) await queryable.script(statement)
}

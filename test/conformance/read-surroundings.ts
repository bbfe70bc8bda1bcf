import { readAndRollBack } from '../../src/database/read-and-roll-back.js'
import type { Database } from '../../src/index.js'

/**
 * What of a schema is in no manifest, a line each: owners, privileges, storage, options, sequences,
 * collations, and the flags of constraints and indexes. Oids are names, the owner is `owner`, and
 * the schema is left out.
 */
export async function readSurroundings(database: Database): Promise<string[]> {
  return await readAndRollBack(database, async (transaction) => {
    await transaction.query("SELECT pg_catalog.set_config('search_path', $1, true)", [
      `"${database.schema}", pg_temp`,
    ])
    const { rows } = await transaction.query<{ line: string }>(sql, [database.schema])
    return rows.map(({ line }) => line)
  })
}

const sql = `
WITH here AS (
  SELECT oid, nspowner, nspacl FROM pg_catalog.pg_namespace WHERE nspname = $1
), relation AS (
  SELECT c.* FROM pg_catalog.pg_class c JOIN here ON c.relnamespace = here.oid
)
SELECT line COLLATE "C" AS line FROM (
  SELECT 'relation ' || pg_catalog.jsonb_build_array(
    c.relname, c.relkind, c.relpersistence, c.relreplident, c.relrowsecurity,
    c.relforcerowsecurity, c.relispartition, c.relhassubclass, c.reloptions, c.relacl,
    am.amname, c.reltablespace, c.relowner = here.nspowner, c.reltoastrelid <> 0, c.reloftype
  )::text AS line
  FROM relation c CROSS JOIN here LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
  UNION ALL
  SELECT 'column ' || pg_catalog.jsonb_build_array(
    c.relname, a.attname, a.attstorage, a.attcompression, coalesce(a.attstattarget, -1),
    a.attoptions, a.attacl, a.attislocal, a.attinhcount, co.collname,
    pg_catalog.pg_get_expr(d.adbin, d.adrelid)
  )::text
  FROM relation c
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
  UNION ALL
  SELECT 'constraint ' || pg_catalog.jsonb_build_array(
    k.conrelid::pg_catalog.regclass, k.conname, k.contype, k.condeferrable, k.condeferred,
    k.convalidated, k.confupdtype, k.confdeltype, k.confmatchtype,
    k.conindid::pg_catalog.regclass, pg_catalog.pg_get_constraintdef(k.oid)
  )::text
  FROM pg_catalog.pg_constraint k JOIN relation c ON k.conrelid = c.oid
  WHERE k.contype <> 'n'
  UNION ALL
  SELECT 'index ' || pg_catalog.jsonb_build_array(
    x.indexrelid::pg_catalog.regclass, x.indisunique, x.indisprimary, x.indisclustered, x.indisvalid,
    x.indisready, x.indislive, x.indisreplident, x.indoption,
    (SELECT pg_catalog.jsonb_agg(o.opcname ORDER BY place)
     FROM pg_catalog.unnest(x.indclass::oid[]) WITH ORDINALITY AS class (oid, place)
     JOIN pg_catalog.pg_opclass o USING (oid)),
    pg_catalog.pg_get_indexdef(x.indexrelid)
  )::text
  FROM pg_catalog.pg_index x JOIN relation c ON x.indexrelid = c.oid
  UNION ALL
  SELECT 'sequence ' || pg_catalog.jsonb_build_array(
    s.seqrelid::pg_catalog.regclass, s.seqtypid::pg_catalog.regtype, s.seqstart, s.seqincrement,
    s.seqmin, s.seqmax, s.seqcache, s.seqcycle
  )::text
  FROM pg_catalog.pg_sequence s JOIN relation c ON s.seqrelid = c.oid
  UNION ALL
  SELECT 'type ' || pg_catalog.jsonb_build_array(
    t.typname, t.typtype, t.typcategory, t.typstorage, t.typacl, co.collname,
    t.typowner = here.nspowner,
    (SELECT pg_catalog.jsonb_agg(e.enumlabel ORDER BY e.enumsortorder)
     FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)
  )::text
  FROM pg_catalog.pg_type t JOIN here ON t.typnamespace = here.oid
  LEFT JOIN pg_catalog.pg_collation co ON co.oid = t.typcollation
  UNION ALL
  SELECT 'comment ' || pg_catalog.jsonb_build_array(
    about.type, about.identity, d.description
  )::text
  FROM pg_catalog.pg_description d
  CROSS JOIN LATERAL pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) about
  CROSS JOIN here
  WHERE EXISTS (SELECT FROM relation c WHERE d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
                AND d.objoid = c.oid)
     OR EXISTS (SELECT FROM pg_catalog.pg_type t
                WHERE d.classoid = 'pg_catalog.pg_type'::pg_catalog.regclass
                AND d.objoid = t.oid AND t.typnamespace = here.oid)
     OR EXISTS (SELECT FROM pg_catalog.pg_constraint k
                WHERE d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
                AND d.objoid = k.oid AND k.connamespace = here.oid)
  UNION ALL
  SELECT 'other ' || kind || ' ' || name FROM (
    SELECT 'routine', p.proname FROM pg_catalog.pg_proc p JOIN here ON p.pronamespace = here.oid
    UNION ALL
    SELECT 'operator', o.oprname FROM pg_catalog.pg_operator o JOIN here ON o.oprnamespace = here.oid
    UNION ALL
    SELECT 'trigger', t.tgname FROM pg_catalog.pg_trigger t JOIN relation c ON t.tgrelid = c.oid
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT 'rule', r.rulename FROM pg_catalog.pg_rewrite r JOIN relation c ON r.ev_class = c.oid
    UNION ALL
    SELECT 'policy', p.polname FROM pg_catalog.pg_policy p JOIN relation c ON p.polrelid = c.oid
    UNION ALL
    SELECT 'statistics', s.stxname FROM pg_catalog.pg_statistic_ext s
    JOIN here ON s.stxnamespace = here.oid
  ) AS others (kind, name)
) AS lines
ORDER BY 1`

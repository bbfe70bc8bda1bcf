import { type FactSource, firstOid, privileges, sorted } from './fact-source.js'

// NOT NULL is a property of the column: only PostgreSQL 18 also has it as a constraint, whose name
// differs between servers.

const relation = { unit: 'r.oid', schema: 'r.schema', name: 'r.relname' }

/** A part of a relation. */
export const part = (unit: string, name: string) =>
  ({ unit, schema: 'r.schema', table: 'r.relname', name }) as const

const relationDetails = {
  owner: 'pg_get_userbyid(r.relowner)',
  privileges: privileges(
    'r.relacl',
    `acldefault(CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", r.relowner)`,
  ),
}

// A call takes less time than the plan of a join, and few relations have any of these.
export const tablespace = (
  of: string,
) => `CASE WHEN ${of}.reltablespace <> 0 THEN (pg_identify_object(
  'pg_catalog.pg_tablespace'::regclass, ${of}.reltablespace, 0)).identity END`
const isHeap = 'r.relam IN (0, 2)'
const accessMethod = `CASE WHEN NOT ${isHeap} THEN (pg_identify_object(
  'pg_catalog.pg_am'::regclass, r.relam, 0)).identity END`
const storage = (more: string) => `CASE WHEN r.reltablespace <> 0 OR NOT ${isHeap}
    OR r.reloptions IS NOT NULL OR ${more} IS NOT NULL
  THEN json_build_array(${tablespace('r')}, ${accessMethod}, r.reloptions, ${more}) END`

export const inherited = (isLocal: string, count: string) =>
  `CASE WHEN NOT ${isLocal} OR ${count} > 0 THEN json_build_array(${isLocal}, ${count}) END`

/** Tables, views and sequences with their columns. */
export const relationSources: readonly FactSource[] = [
  {
    kind: "'table'",
    object: relation,
    from: `relation r LEFT JOIN pg_class toast ON toast.oid = r.reltoastrelid
      WHERE r.relkind IN ('r', 'p', 'f')`,
    attributes: {
      kind: `CASE r.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table'
        ELSE 'table' END`,
      unlogged: "r.relpersistence = 'u'",
      rowSecurity: `CASE WHEN NOT r.relrowsecurity THEN 'off' WHEN r.relforcerowsecurity
        THEN 'forced' ELSE 'on' END`,
      partitionKey: "CASE r.relkind WHEN 'p' THEN pg_get_partkeydef(r.oid) END",
      parents: `(SELECT coalesce(json_agg(h.inhparent::regclass::text ORDER BY h.inhseqno), '[]')
        FROM pg_inherits h WHERE h.inhrelid = r.oid)`,
      partitionBound: 'pg_get_expr(r.relpartbound, r.oid)',
    },
    details: {
      ...relationDetails,
      storage: storage('toast.reloptions'),
      replicaIdentity: 'r.relreplident',
      forcedRowSecurity: 'r.relforcerowsecurity',
      ofType: 'nullif(r.reloftype, 0)::regtype',
    },
  },
  {
    kind: "'server'",
    object: part('r.oid', 's.srvname'),
    from: `relation r JOIN pg_foreign_table f ON f.ftrelid = r.oid
      JOIN pg_foreign_server s ON s.oid = f.ftserver WHERE true`,
    rare: 'pg_foreign_table',
    details: { options: 'f.ftoptions' },
    inManifest: false,
  },
  {
    kind: `CASE r.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END`,
    object: relation,
    from: "relation r WHERE r.relkind IN ('v', 'm')",
    rare: `pg_class WHERE oid >= ${firstOid} AND relkind IN ('v', 'm')`,
    attributes: {
      materialized: "r.relkind = 'm'",
      definition: 'pg_get_viewdef(r.oid)',
      options: "coalesce(CASE r.relkind WHEN 'v' THEN r.reloptions END, '{}')",
    },
    details: {
      ...relationDetails,
      storage: storage('NULL'),
      replicaIdentity: 'r.relreplident',
      filled: 'r.relispopulated',
    },
  },
  {
    kind: "'sequence'",
    object: relation,
    from: 'relation r JOIN pg_sequence q ON q.seqrelid = r.oid WHERE true',
    attributes: {
      definition: `format('AS %s INCREMENT %s MINVALUE %s MAXVALUE %s START %s CACHE %s%s',
        format_type(q.seqtypid, NULL), q.seqincrement, q.seqmin, q.seqmax, q.seqstart, q.seqcache,
        CASE WHEN q.seqcycle THEN ' CYCLE' ELSE '' END)`,
      // The table is always in the schema of the sequence.
      ownedBy: `(SELECT t.relname || '.' || a.attname
        FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = r.oid
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i'))`,
    },
    details: { ...relationDetails, unlogged: "r.relpersistence = 'u'" },
  },
  {
    kind: "'column'",
    object: { ...part('r.oid', 'a.attname'), place: 'a.attnum' },
    from: `relation r JOIN pg_attribute a ON a.attrelid = r.oid
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind NOT IN ('i', 'I', 'S')`,
    attributes: {
      type: 'format_type(a.atttypid, a.atttypmod)',
      nullable: "NOT (a.attnotnull OR t.typtype = 'd' AND t.typnotnull)",
      default: "CASE a.attgenerated WHEN '' THEN pg_get_expr(d.adbin, d.adrelid) END",
      identity: "CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END",
      generated: `CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid)
        || CASE a.attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END END`,
      collation:
        'CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END',
    },
    details: {
      notNull: "CASE t.typtype WHEN 'd' THEN a.attnotnull END",
      inherited: inherited('a.attislocal', 'a.attinhcount'),
      // No statement sets any other option. PGlite 0.5.17 counts the changes of a column in one.
      storage: `CASE WHEN a.attstorage <> t.typstorage OR a.attcompression <> ''
          OR a.attstattarget >= 0 OR array_to_string(a.attoptions, ' ') ~ 'n_distinct'
        THEN json_build_array(a.attstorage, a.attcompression, a.attstattarget,
          ${sorted('a.attoptions', "item ~ '^n_distinct'")}) END`,
      foreignOptions: 'a.attfdwoptions',
      privileges: `CASE WHEN a.attacl IS NOT NULL THEN ${sorted('a.attacl')} END`,
    },
  },
]

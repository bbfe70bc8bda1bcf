import {
  type FactSource,
  firstOid,
  partOfRelation,
  privileges,
  sortedPrivileges,
  tablespace,
} from './fact-source.js'

// Tables, views and sequences with their columns. NOT NULL is a property of the column: only
// PostgreSQL 18 also has it as a constraint, whose name differs between servers.

/** What no manifest has of a relation `r`. */
const relationDetails = {
  owner: 'pg_catalog.pg_get_userbyid(r.relowner)',
  privileges: privileges(
    'r.relacl',
    `pg_catalog.acldefault(CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", r.relowner)`,
  ),
}

const relation = {
  unit: 'r.oid',
  schema: 'r.schema',
  name: 'r.relname',
  catalog: "'pg_class'",
} as const

// A call costs less than to plan a join, and most relations need none.
const hasAccessMethod = 'r.relam <> 0 AND r.relam <> 2'
const accessMethod = `CASE WHEN ${hasAccessMethod} THEN (pg_catalog.pg_identify_object(
    'pg_catalog.pg_am'::regclass, r.relam, 0)).identity END`

export const relationSources: readonly FactSource[] = [
  {
    ...relation,
    kind: "'table'",
    from: 'relation r LEFT JOIN pg_class toast ON toast.oid = r.reltoastrelid',
    where: "r.relkind IN ('r', 'p', 'f')",
    attributes: {
      kind: `CASE r.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table'
        ELSE 'table' END`,
      unlogged: "r.relpersistence = 'u'",
      rowSecurity: `CASE WHEN r.relforcerowsecurity AND r.relrowsecurity THEN 'forced'
        WHEN r.relrowsecurity THEN 'on' ELSE 'off' END`,
      partitionKey: "CASE r.relkind WHEN 'p' THEN pg_catalog.pg_get_partkeydef(r.oid) END",
      parents: `(SELECT coalesce(pg_catalog.json_agg(h.inhparent::regclass::text
          ORDER BY h.inhseqno), '[]') FROM pg_inherits h WHERE h.inhrelid = r.oid)`,
      partitionBound: 'pg_catalog.pg_get_expr(r.relpartbound, r.oid)',
    },
    details: {
      ...relationDetails,
      storage: `CASE WHEN r.reltablespace <> 0 OR ${hasAccessMethod} OR r.reloptions IS NOT NULL
          OR toast.reloptions IS NOT NULL
        THEN pg_catalog.json_build_array(${tablespace('r')}, ${accessMethod}, r.reloptions,
          toast.reloptions) END`,
      replicaIdentity: 'r.relreplident',
      forcedRowSecurity: 'r.relforcerowsecurity',
      ofType: 'nullif(r.reloftype, 0)::regtype',
    },
    inManifest: true,
  },
  {
    ...partOfRelation,
    kind: "'server'",
    catalog: "'pg_class'",
    unit: 'r.oid',
    name: 'server.srvname',
    from: `relation r
      JOIN pg_foreign_table f ON f.ftrelid = r.oid
      JOIN pg_foreign_server server ON server.oid = f.ftserver`,
    where: 'true',
    rare: 'pg_foreign_table',
    details: { options: 'f.ftoptions' },
    inManifest: false,
  },
  {
    ...relation,
    kind: `CASE r.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END`,
    from: 'relation r',
    where: "r.relkind IN ('v', 'm')",
    rare: `pg_class WHERE oid >= ${firstOid} AND relkind IN ('v', 'm')`,
    attributes: {
      materialized: "r.relkind = 'm'",
      definition: 'pg_catalog.pg_get_viewdef(r.oid)',
      options: "coalesce(CASE r.relkind WHEN 'v' THEN r.reloptions END, '{}')",
    },
    details: {
      ...relationDetails,
      storage: `pg_catalog.json_build_array(${tablespace('r')}, ${accessMethod}, r.reloptions)`,
      replicaIdentity: 'r.relreplident',
      filled: 'r.relispopulated',
    },
    inManifest: true,
  },
  {
    ...relation,
    kind: "'sequence'",
    from: 'relation r JOIN pg_sequence q ON q.seqrelid = r.oid',
    where: "r.relkind = 'S'",
    attributes: {
      definition: `pg_catalog.format(
        'AS %s INCREMENT %s MINVALUE %s MAXVALUE %s START %s CACHE %s%s',
        pg_catalog.format_type(q.seqtypid, NULL), q.seqincrement, q.seqmin, q.seqmax, q.seqstart,
        q.seqcache, CASE WHEN q.seqcycle THEN ' CYCLE' ELSE '' END)`,
      // The table is always in the schema of the sequence.
      ownedBy: `(SELECT t.relname || '.' || a.attname
        FROM pg_depend d
        JOIN pg_class t ON t.oid = d.refobjid
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = r.oid
          AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.deptype IN ('a', 'i'))`,
    },
    details: { ...relationDetails, unlogged: "r.relpersistence = 'u'" },
    inManifest: true,
  },
  {
    ...partOfRelation,
    kind: "'column'",
    catalog: "'pg_class'",
    unit: 'a.attrelid',
    name: 'a.attname',
    place: 'a.attnum',
    from: `relation r
      JOIN pg_attribute a ON a.attrelid = r.oid
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum`,
    where: "a.attnum > 0 AND NOT a.attisdropped AND r.relkind NOT IN ('i', 'I', 'S')",
    attributes: {
      type: 'pg_catalog.format_type(a.atttypid, a.atttypmod)',
      nullable: "NOT (a.attnotnull OR t.typtype = 'd' AND t.typnotnull)",
      default: "CASE a.attgenerated WHEN '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END",
      identity: "CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END",
      generated: `CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid)
        || CASE a.attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END END`,
      collation: `CASE WHEN a.attcollation <> t.typcollation
        THEN a.attcollation::regcollation::text END`,
    },
    details: {
      notNull: "CASE t.typtype WHEN 'd' THEN a.attnotnull END",
      inherited: `CASE WHEN NOT a.attislocal OR a.attinhcount > 0
        THEN pg_catalog.json_build_array(a.attislocal, a.attinhcount) END`,
      // No statement sets any other option. PGlite 0.5.17 counts the changes of a column in one.
      storage: `CASE WHEN a.attstorage <> t.typstorage OR a.attcompression <> ''
          OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL
        THEN nullif(pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
          'storage', nullif(a.attstorage, t.typstorage),
          'compression', nullif(a.attcompression, ''),
          'statistics', nullif(a.attstattarget, -1),
          'options', (SELECT pg_catalog.json_agg(one ORDER BY one COLLATE "C")
                      FROM pg_catalog.unnest(a.attoptions) one WHERE one ~ '^n_distinct')))::text,
          '{}') END`,
      foreignOptions: 'a.attfdwoptions',
      privileges: `CASE WHEN a.attacl IS NOT NULL THEN ${sortedPrivileges('a.attacl')} END`,
    },
    inManifest: true,
  },
]

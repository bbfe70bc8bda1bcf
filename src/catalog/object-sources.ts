import { dependsAs, type FactSource, firstOid, privileges } from './fact-source.js'

// What a schema has besides tables and views.

const typeDetails = {
  owner: 'pg_catalog.pg_get_userbyid(t.typowner)',
  privileges: privileges('t.typacl', "pg_catalog.acldefault('T', t.typowner)"),
}

/** Types of one `typtype`; an extension may have some of others. */
const type = (kind: 'e' | 'd' | 'c' | 'r' | 'b') =>
  ({
    catalog: "'pg_type'",
    unit: 't.oid',
    schema: 't.schema',
    name: 't.typname',
    where: `t.typtype = '${kind}'`,
    rare: `pg_type WHERE oid >= ${firstOid} AND typtype = '${kind}'
      AND (typcategory <> 'A' OR typtype = 'd')`,
  }) as const

export const objectSources: readonly FactSource[] = [
  {
    ...type('e'),
    kind: "'enum'",
    from: 'type t',
    attributes: {
      values: `(SELECT coalesce(pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
        FROM pg_enum e WHERE e.enumtypid = t.oid)`,
    },
    details: typeDetails,
    inManifest: true,
  },
  {
    ...type('d'),
    kind: "'domain'",
    from: 'type t JOIN pg_type base ON base.oid = t.typbasetype',
    attributes: {
      type: 'pg_catalog.format_type(t.typbasetype, t.typtypmod)',
      nullable: 'NOT t.typnotnull',
      default: 't.typdefault',
      collation: `CASE WHEN t.typcollation <> base.typcollation
        THEN t.typcollation::regcollation::text END`,
    },
    details: typeDetails,
    inManifest: true,
  },
  {
    ...type('c'),
    kind: "'composite type'",
    from: 'type t',
    details: typeDetails,
    inManifest: true,
  },
  {
    ...type('r'),
    kind: "'range type'",
    from: 'type t JOIN pg_range g ON g.rngtypid = t.oid',
    attributes: { type: 'pg_catalog.format_type(g.rngsubtype, NULL)' },
    details: {
      ...typeDetails,
      range: `pg_catalog.json_build_array(g.rngmultitypid::regtype,
        nullif(g.rngcollation, 0)::regcollation, g.rngcanonical, g.rngsubdiff,
        (SELECT o.opcname FROM pg_opclass o WHERE o.oid = g.rngsubopc))`,
    },
    inManifest: true,
  },
  {
    ...type('b'),
    kind: "'base type'",
    from: 'type t',
    details: {
      ...typeDetails,
      columns: `pg_catalog.to_jsonb(t) - array['oid', 'schema', 'typname', 'typnamespace',
        'typowner', 'typrelid', 'typelem', 'typarray', 'typbasetype', 'typcollation',
        'typdefaultbin', 'typacl']`,
    },
    inManifest: false,
  },
  {
    kind: `CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate'
      WHEN 'w' THEN 'window function' ELSE 'function' END`,
    catalog: "'pg_proc'",
    unit: 'p.oid',
    schema: 's.name',
    name: 'p.proname',
    signature: 'pg_catalog.pg_get_function_identity_arguments(p.oid)',
    from: `pg_proc p
      JOIN schema s ON s.oid = p.pronamespace
      LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid`,
    where: `p.oid >= ${firstOid}`,
    rare: `pg_proc WHERE oid >= ${firstOid}`,
    attributes: {
      definition: `CASE p.prokind WHEN 'a' THEN pg_catalog.format(
        'CREATE AGGREGATE %I(%s) (SFUNC = %s, STYPE = %s%s%s%s%s%s%s)',
        p.proname, pg_catalog.pg_get_function_arguments(p.oid), g.aggtransfn,
        pg_catalog.format_type(g.aggtranstype, NULL),
        ', FINALFUNC = ' || nullif(g.aggfinalfn, 0)::regproc,
        ', COMBINEFUNC = ' || nullif(g.aggcombinefn, 0)::regproc,
        ', INITCOND = ' || pg_catalog.quote_literal(g.agginitval),
        ', MSFUNC = ' || nullif(g.aggmtransfn, 0)::regproc,
        ', SORTOP = ' || nullif(g.aggsortop, 0)::regoper,
        CASE g.aggkind WHEN 'h' THEN ', HYPOTHETICAL' END)
      ELSE pg_catalog.pg_get_functiondef(p.oid) END`,
    },
    details: {
      aggregate: `pg_catalog.to_jsonb(g)
        - array['aggfnoid', 'aggtranstype', 'aggmtranstype', 'aggsortop']`,
      owner: 'pg_catalog.pg_get_userbyid(p.proowner)',
      privileges: privileges('p.proacl', "pg_catalog.acldefault('f', p.proowner)"),
    },
    // Those that make the values of a range type come with that.
    inManifest: `NOT ${dependsAs('e', 'pg_proc', 'p.oid')}
      AND NOT ${dependsAs('i', 'pg_proc', 'p.oid')}`,
  },
  {
    kind: "'extension'",
    catalog: "'pg_extension'",
    unit: 'e.oid',
    schema: 'NULL',
    name: 'e.extname',
    from: 'pg_extension e',
    where: 'true',
    details: {
      version: 'e.extversion',
      schema: 'e.extnamespace::regnamespace',
      settings: 'pg_catalog.json_build_array(e.extrelocatable, e.extcondition)',
      owner: 'pg_catalog.pg_get_userbyid(e.extowner)',
    },
    // Every database has this one.
    inManifest: "e.extname <> 'plpgsql'",
  },
]

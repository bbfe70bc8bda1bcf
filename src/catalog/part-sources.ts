import {
  columnNames,
  type FactSource,
  firstOid,
  partOfRelation,
  tablespace,
} from './fact-source.js'

// What belongs to a table or a view: indexes, constraints, triggers, rules, policies, statistics.

const whenEnabled = (mode: string) =>
  `CASE ${mode} WHEN 'O' THEN '' WHEN 'D' THEN ' (disabled)' WHEN 'R' THEN ' (enabled on a replica)'
    ELSE ' (enabled always)' END`

export const partSources: readonly FactSource[] = [
  {
    ...partOfRelation,
    kind: "'index'",
    catalog: "'pg_class'",
    unit: 'i.oid',
    name: 'i.relname',
    from: `relation r
      JOIN pg_index x ON x.indrelid = r.oid
      JOIN pg_class i ON i.oid = x.indexrelid`,
    where: 'true',
    attributes: {
      definition: 'pg_catalog.pg_get_indexdef(i.oid, 0, true)',
      unique: 'x.indisunique',
      valid: 'x.indisvalid',
    },
    parts: {
      method: '(SELECT access.amname FROM pg_am access WHERE access.oid = i.relam)',
      // INCLUDE adds columns behind those of the key.
      columns: columnNames('r.oid', '(x.indkey::int2[])[:x.indnkeyatts - 1]'),
      condition: 'pg_catalog.pg_get_expr(x.indpred, x.indrelid)',
    },
    details: {
      storage: `CASE WHEN i.reltablespace <> 0 OR x.indisclustered OR x.indisreplident
          OR x.indexprs IS NOT NULL
        THEN pg_catalog.json_build_array(${tablespace('i')}, x.indisclustered, x.indisreplident,
          (SELECT pg_catalog.json_agg(a.attstattarget ORDER BY a.attnum)
           FROM pg_attribute a WHERE a.attrelid = i.oid)) END`,
    },
    inManifest: 'NOT i.relispartition',
  },
  {
    kind: "'constraint'",
    catalog: "'pg_constraint'",
    unit: 'k.oid',
    schema: 'coalesce(r.schema, t.schema)',
    table: 'coalesce(r.relname, t.typname)',
    name: 'k.conname',
    from: `pg_constraint k
      LEFT JOIN relation r ON r.oid = k.conrelid
      LEFT JOIN type t ON t.oid = k.contypid AND k.conrelid = 0`,
    where: `k.contype IN ('p', 'u', 'f', 'c', 'x') AND (r.oid IS NOT NULL OR t.oid IS NOT NULL)`,
    attributes: {
      // The triggers that enforce a foreign key have an oid in their names, and can be disabled.
      definition: `pg_catalog.pg_get_constraintdef(k.oid) || coalesce(CASE k.contype WHEN 'f' THEN
        (SELECT ' (disabled: ' || pg_catalog.string_agg(g.tgrelid::regclass::text || ' '
          || g.tgtype || ' ' || g.tgenabled::text, ', ' ORDER BY g.tgrelid::regclass::text COLLATE "C",
          g.tgtype) || ')'
        FROM pg_trigger g
        WHERE g.tgconstraint = k.oid AND g.tgisinternal AND g.tgenabled <> 'O') END, '')`,
    },
    parts: {
      kind: `CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique'
        WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclusion' ELSE 'check' END`,
      columns: columnNames('k.conrelid', 'k.conkey'),
      references: `(SELECT pg_catalog.concat_ws('.',
          nullif(n.nspname, pg_catalog.current_schema()), f.relname)
        FROM pg_class f JOIN pg_namespace n ON n.oid = f.relnamespace WHERE f.oid = k.confrelid)`,
      referencedColumns: columnNames('k.confrelid', 'k.confkey'),
      onDelete: `CASE k.confdeltype WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict'
        WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' END`,
    },
    details: {
      inherited: `CASE WHEN NOT k.conislocal OR k.coninhcount > 0
        THEN pg_catalog.json_build_array(k.conislocal, k.coninhcount) END`,
    },
    // One with a parent is a partition's, or one of the many that a key to a partitioned table is
    // made of: servers give those names of their own.
    inManifest: 'k.conparentid = 0',
  },
  {
    ...partOfRelation,
    kind: "'trigger'",
    catalog: "'pg_trigger'",
    unit: 'g.oid',
    name: 'g.tgname',
    from: 'relation r JOIN pg_trigger g ON g.tgrelid = r.oid',
    where: 'NOT g.tgisinternal',
    rare: 'pg_trigger WHERE NOT tgisinternal',
    attributes: {
      definition: `pg_catalog.pg_get_triggerdef(g.oid, true)
        || ${whenEnabled('g.tgenabled')}`,
    },
    inManifest: 'g.tgparentid = 0',
  },
  {
    ...partOfRelation,
    kind: "'rule'",
    catalog: "'pg_rewrite'",
    unit: 'w.oid',
    name: 'w.rulename',
    from: 'relation r JOIN pg_rewrite w ON w.ev_class = r.oid',
    // This is the query of a view.
    where: "w.rulename <> '_RETURN'",
    rare: `pg_rewrite WHERE ev_class >= ${firstOid}`,
    attributes: {
      definition: `pg_catalog.pg_get_ruledef(w.oid, true)
        || ${whenEnabled('w.ev_enabled')}`,
    },
    inManifest: true,
  },
  {
    ...partOfRelation,
    kind: "'policy'",
    catalog: "'pg_policy'",
    unit: 'p.oid',
    name: 'p.polname',
    from: 'relation r JOIN pg_policy p ON p.polrelid = r.oid',
    where: 'true',
    rare: 'pg_policy',
    attributes: {
      definition: `pg_catalog.concat_ws(' ',
        CASE WHEN p.polpermissive THEN 'AS PERMISSIVE' ELSE 'AS RESTRICTIVE' END,
        'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
                    WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        'TO ' || (SELECT pg_catalog.string_agg(name, ', ' ORDER BY name COLLATE "C")
                  FROM (SELECT CASE role WHEN 0 THEN 'PUBLIC'
                                 ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(role)) END
                        FROM pg_catalog.unnest(p.polroles) role) roles (name)),
        'USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
        'WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')')`,
    },
    inManifest: true,
  },
  {
    kind: "'statistics'",
    catalog: "'pg_statistic_ext'",
    unit: 'x.oid',
    schema: 's.name',
    name: 'x.stxname',
    from: 'pg_statistic_ext x JOIN schema s ON s.oid = x.stxnamespace',
    where: 'true',
    rare: 'pg_statistic_ext',
    details: {
      definition: 'pg_catalog.pg_get_statisticsobjdef(x.oid)',
      storage: 'x.stxstattarget',
      owner: 'pg_catalog.pg_get_userbyid(x.stxowner)',
    },
    inManifest: false,
  },
]

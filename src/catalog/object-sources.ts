import { columnNames, dependsAs, type FactSource, firstOid, privileges } from './fact-source.js'
import { inherited, part, relationSources, tablespace } from './relation-sources.js'

const enabled = (mode: string) => `CASE ${mode} WHEN 'O' THEN '' WHEN 'D' THEN ' (disabled)'
  WHEN 'R' THEN ' (enabled on a replica)' ELSE ' (enabled always)' END`

/** Indexes, constraints, triggers, rules, policies and statistics. */
const partSources: readonly FactSource[] = [
  {
    kind: "'index'",
    object: part('i.oid', 'i.relname'),
    from: `relation r JOIN pg_index x ON x.indrelid = r.oid
      JOIN pg_class i ON i.oid = x.indexrelid WHERE true`,
    attributes: {
      definition: 'pg_get_indexdef(i.oid, 0, true)',
      unique: 'x.indisunique',
      valid: 'x.indisvalid',
    },
    parts: {
      method: '(SELECT access.amname FROM pg_am access WHERE access.oid = i.relam)',
      // INCLUDE adds columns behind those of the key.
      columns: columnNames('r.oid', '(x.indkey::int2[])[:x.indnkeyatts - 1]'),
      condition: 'pg_get_expr(x.indpred, x.indrelid)',
    },
    details: {
      storage: `CASE WHEN i.reltablespace <> 0 OR x.indisclustered OR x.indisreplident
          OR x.indexprs IS NOT NULL
        THEN json_build_array(${tablespace('i')}, x.indisclustered, x.indisreplident,
          (SELECT json_agg(a.attstattarget ORDER BY a.attnum)
           FROM pg_attribute a WHERE a.attrelid = i.oid)) END`,
    },
    inManifest: 'NOT i.relispartition',
  },
  {
    kind: "'constraint'",
    object: {
      ...{ unit: 'k.oid', name: 'k.conname', table: 'coalesce(r.relname, t.typname)' },
      schema: 'coalesce(r.schema, t.schema)',
    },
    from: `pg_constraint k LEFT JOIN relation r ON r.oid = k.conrelid
      LEFT JOIN type t ON t.oid = k.contypid AND k.conrelid = 0
      WHERE k.contype IN ('p', 'u', 'f', 'c', 'x') AND (r.oid IS NOT NULL OR t.oid IS NOT NULL)`,
    attributes: {
      // The triggers that enforce a foreign key have an oid in their names, and can be disabled.
      definition: `pg_get_constraintdef(k.oid) || coalesce(CASE k.contype WHEN 'f' THEN
        (SELECT ' (disabled: ' || string_agg(format('%s %s %s', g.tgrelid::regclass, g.tgtype,
           g.tgenabled), ', ' ORDER BY g.tgrelid::regclass::text COLLATE "C", g.tgtype) || ')'
         FROM pg_trigger g
         WHERE g.tgconstraint = k.oid AND g.tgisinternal AND g.tgenabled <> 'O') END, '')`,
    },
    parts: {
      kind: `CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique'
        WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclusion' ELSE 'check' END`,
      columns: columnNames('k.conrelid', 'k.conkey'),
      references: `(SELECT concat_ws('.', nullif(n.nspname, current_schema()), f.relname)
        FROM pg_class f JOIN pg_namespace n ON n.oid = f.relnamespace WHERE f.oid = k.confrelid)`,
      referencedColumns: columnNames('k.confrelid', 'k.confkey'),
      onDelete: `CASE k.confdeltype WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict'
        WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null' WHEN 'd' THEN 'set default' END`,
    },
    details: { inherited: inherited('k.conislocal', 'k.coninhcount') },
    // A constraint with a parent belongs to a partition, or is one of several that implement a key
    // to a partitioned table. Servers name those differently.
    inManifest: 'k.conparentid = 0',
  },
  {
    kind: "'trigger'",
    object: part('g.oid', 'g.tgname'),
    from: 'relation r JOIN pg_trigger g ON g.tgrelid = r.oid WHERE NOT g.tgisinternal',
    rare: 'pg_trigger WHERE NOT tgisinternal',
    attributes: { definition: `pg_get_triggerdef(g.oid, true) || ${enabled('g.tgenabled')}` },
    inManifest: 'g.tgparentid = 0',
  },
  {
    kind: "'rule'",
    object: part('w.oid', 'w.rulename'),
    // The rule _RETURN is the query of a view.
    from: `relation r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE w.rulename <> '_RETURN'`,
    rare: `pg_rewrite WHERE ev_class >= ${firstOid}`,
    attributes: { definition: `pg_get_ruledef(w.oid, true) || ${enabled('w.ev_enabled')}` },
  },
  {
    kind: "'policy'",
    object: part('p.oid', 'p.polname'),
    from: 'relation r JOIN pg_policy p ON p.polrelid = r.oid WHERE true',
    rare: 'pg_policy',
    attributes: {
      definition: `concat_ws(' ', CASE WHEN p.polpermissive THEN 'AS PERMISSIVE'
          ELSE 'AS RESTRICTIVE' END,
        'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT'
          WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
        'TO ' || (SELECT string_agg(name, ', ' ORDER BY name COLLATE "C")
          FROM (SELECT CASE role WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(role)) END
                FROM unnest(p.polroles) role) roles (name)),
        'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
        'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')`,
    },
  },
  {
    kind: "'statistics'",
    object: { unit: 'x.oid', schema: 's.name', name: 'x.stxname' },
    from: 'pg_statistic_ext x JOIN schema s ON s.oid = x.stxnamespace WHERE true',
    rare: 'pg_statistic_ext',
    details: {
      definition: 'pg_get_statisticsobjdef(x.oid)',
      storage: 'x.stxstattarget',
      owner: 'pg_get_userbyid(x.stxowner)',
    },
    inManifest: false,
  },
]

const typeDetails = {
  owner: 'pg_get_userbyid(t.typowner)',
  privileges: privileges('t.typacl', "acldefault('T', t.typowner)"),
}

/** Types of one `typtype`; an array type comes with the type of its elements. */
const types = (kind: string, type: 'e' | 'd' | 'c' | 'r' | 'b') => ({
  kind: `'${kind}'`,
  object: { unit: 't.oid', schema: 't.schema', name: 't.typname' },
  from: `type t WHERE t.typtype = '${type}'`,
  rare: `pg_type WHERE oid >= ${firstOid} AND typtype = '${type}'
    AND (typcategory <> 'A' OR typtype = 'd')`,
  details: typeDetails,
})

/** Types, functions and extensions. */
const otherSources: readonly FactSource[] = [
  {
    ...types('enum', 'e'),
    attributes: {
      values: `(SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
        FROM pg_enum e WHERE e.enumtypid = t.oid)`,
    },
  },
  {
    ...types('domain', 'd'),
    attributes: {
      type: 'format_type(t.typbasetype, t.typtypmod)',
      nullable: 'NOT t.typnotnull',
      default: 't.typdefault',
      collation: `CASE WHEN t.typcollation <> (SELECT base.typcollation FROM pg_type base
        WHERE base.oid = t.typbasetype) THEN t.typcollation::regcollation::text END`,
    },
  },
  types('composite type', 'c'),
  {
    ...types('range type', 'r'),
    from: "type t JOIN pg_range g ON g.rngtypid = t.oid WHERE t.typtype = 'r'",
    attributes: { type: 'format_type(g.rngsubtype, NULL)' },
    details: {
      ...typeDetails,
      range: `json_build_array(g.rngmultitypid::regtype, nullif(g.rngcollation, 0)::regcollation,
        g.rngcanonical, g.rngsubdiff,
        (SELECT o.opcname FROM pg_opclass o WHERE o.oid = g.rngsubopc))`,
    },
  },
  {
    ...types('base type', 'b'),
    details: {
      ...typeDetails,
      columns: `to_jsonb(t) - array['oid', 'schema', 'typname', 'typnamespace', 'typowner',
        'typrelid', 'typelem', 'typarray', 'typbasetype', 'typcollation', 'typdefaultbin',
        'typacl']`,
    },
    inManifest: false,
  },
  {
    kind: `CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate'
      WHEN 'w' THEN 'window function' ELSE 'function' END`,
    object: {
      ...{ unit: 'p.oid', schema: 's.name', name: 'p.proname' },
      signature: 'pg_get_function_identity_arguments(p.oid)',
    },
    from: `pg_proc p JOIN schema s ON s.oid = p.pronamespace
      LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid WHERE p.oid >= ${firstOid}`,
    rare: `pg_proc WHERE oid >= ${firstOid}`,
    attributes: {
      definition: `CASE p.prokind WHEN 'a' THEN format(
          'CREATE AGGREGATE %I(%s) (SFUNC = %s, STYPE = %s%s%s%s%s%s%s)', p.proname,
          pg_get_function_arguments(p.oid), g.aggtransfn, format_type(g.aggtranstype, NULL),
          ', FINALFUNC = ' || nullif(g.aggfinalfn, 0)::regproc,
          ', COMBINEFUNC = ' || nullif(g.aggcombinefn, 0)::regproc,
          ', INITCOND = ' || quote_literal(g.agginitval),
          ', MSFUNC = ' || nullif(g.aggmtransfn, 0)::regproc,
          ', SORTOP = ' || nullif(g.aggsortop, 0)::regoper,
          CASE g.aggkind WHEN 'h' THEN ', HYPOTHETICAL' END)
        ELSE pg_get_functiondef(p.oid) END`,
    },
    details: {
      aggregate: `to_jsonb(g) - array['aggfnoid', 'aggtranstype', 'aggmtranstype', 'aggsortop']`,
      owner: 'pg_get_userbyid(p.proowner)',
      privileges: privileges('p.proacl', "acldefault('f', p.proowner)"),
    },
    // The constructors of a range type come with that type.
    inManifest: `NOT ${dependsAs('e', 'pg_proc', 'p.oid')}
      AND NOT ${dependsAs('i', 'pg_proc', 'p.oid')}`,
  },
  {
    kind: "'extension'",
    object: { unit: 'e.oid', name: 'e.extname' },
    from: 'pg_extension e WHERE true',
    details: {
      version: 'e.extversion',
      schema: 'e.extnamespace::regnamespace',
      settings: 'json_build_array(e.extrelocatable, e.extcondition)',
      owner: 'pg_get_userbyid(e.extowner)',
    },
    // Every database has this one.
    inManifest: "e.extname <> 'plpgsql'",
  },
]

/** The catalogs of everything above. */
export const commentedCatalogs = `'{pg_class, pg_constraint, pg_trigger, pg_rewrite, pg_policy,
  pg_statistic_ext, pg_type, pg_proc, pg_extension}'::regclass[]`

/** Comments on what is a fact. */
export const commentSource: FactSource = {
  kind: "'comment'",
  object: { unit: 'd.objoid', name: "''", place: 'd.objsubid' },
  from: `pg_description d WHERE d.objoid >= ${firstOid} AND d.classoid = ANY (${commentedCatalogs})`,
  attributes: { comment: 'd.description' },
}

/** The facts that belong to objects. */
export const objectSources: readonly FactSource[] = [
  ...relationSources,
  ...partSources,
  ...otherSources,
  commentSource,
]

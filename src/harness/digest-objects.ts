import { accessList } from './digest-access-list.js'

/**
 * Catalogs whose objects are told by their plain columns and by what they depend on. An oid or an
 * expression tree is never shown.
 */
export const plainCatalogs = [
  'pg_am',
  'pg_amop',
  'pg_amproc',
  'pg_cast',
  'pg_collation',
  'pg_conversion',
  'pg_default_acl',
  'pg_event_trigger',
  'pg_extension',
  'pg_foreign_data_wrapper',
  'pg_foreign_server',
  'pg_language',
  'pg_opclass',
  'pg_operator',
  'pg_opfamily',
  'pg_publication',
  'pg_publication_rel',
  'pg_transform',
  'pg_ts_config',
  'pg_ts_dict',
  'pg_ts_parser',
  'pg_ts_template',
  'pg_user_mapping',
]

/** The same, of later versions than the oldest. */
export const laterCatalogs = [
  { name: 'pg_parameter_acl', since: 15 },
  { name: 'pg_publication_namespace', since: 15 },
]

// The plpgsql that initdb installed can be dropped or updated as any other can.
export const whereMade = (name: string) => (name === 'pg_extension' ? 'true' : 'x.oid >= 16384')

/** An expression for those of the plain catalogs that have anything: most have nothing. */
export const usedCatalogsSql = `pg_catalog.array_remove(ARRAY[
  ${plainCatalogs
    .map(
      (name) =>
        `CASE WHEN EXISTS (SELECT FROM pg_catalog.${name} x WHERE ${whereMade(name)})
       THEN '${name}' END`,
    )
    .join(',\n  ')}], NULL)`

/**
 * What is no object of the two above: schemas, the rare kinds, the database. In the same form, with
 * one unit for all of it.
 */
export function restSql(major: number, usedCatalogs: readonly string[]): string {
  const later = laterCatalogs.filter(({ since }) => since <= major).map(({ name }) => name)
  const plain = [
    'pg_extension',
    ...usedCatalogs.filter((name) => name !== 'pg_extension'),
    ...later,
  ].map(
    (name) =>
      `SELECT x.tableoid AS catalog, x.oid, to_jsonb(x) AS columns
      FROM ${name} x WHERE ${whereMade(name)}`,
  )
  return `${fixedRestSql}

UNION ALL
SELECT 0::oid, 'catalog', who.type || ' ' || who.identity,
       ROW((SELECT jsonb_object_agg(c.key, c.value)
            FROM jsonb_each(o.columns) c
            JOIN pg_attribute a ON a.attrelid = o.catalog AND a.attname = c.key
            WHERE a.atttypid NOT IN ('oid'::regtype, 'oid[]'::regtype, 'oidvector'::regtype,
                                     'aclitem[]'::regtype, 'pg_node_tree'::regtype)),
           (SELECT array_agg(item #>> '{}' ORDER BY item #>> '{}' COLLATE "C")
            FROM jsonb_each(o.columns) c
            JOIN pg_attribute a ON a.attrelid = o.catalog AND a.attname = c.key
            CROSS JOIN jsonb_array_elements(nullif(c.value, 'null')) item
            WHERE a.atttypid = 'aclitem[]'::regtype),
           (SELECT array_agg(ROW(d.deptype, ref.type, ref.identity)::text
                             ORDER BY ROW(d.deptype, ref.type, ref.identity)::text COLLATE "C")
            FROM pg_depend d
            CROSS JOIN pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) ref
            WHERE d.classid = o.catalog AND d.objid = o.oid AND d.refobjid <> 0),
           (SELECT array_agg(ROW(d.deptype, pg_get_userbyid(d.refobjid))::text
                             ORDER BY d.deptype, pg_get_userbyid(d.refobjid)::text COLLATE "C")
            FROM pg_shdepend d
            WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND d.classid = o.catalog AND d.objid = o.oid
              AND d.refclassid = 'pg_authid'::regclass))::text
FROM (${plain.join('\nUNION ALL ')}) o
CROSS JOIN pg_identify_object(o.catalog, o.oid, 0) who`
}

/** Functions, types and comments, in the same form as digest-relations.ts. */
export const objectsSql = `
SELECT p.oid, 'catalog', format('%s %s.%I(%s)', CASE p.prokind WHEN 'a' THEN 'aggregate'
                           WHEN 'p' THEN 'procedure' ELSE 'function' END,
                         s.name, p.proname, pg_get_function_identity_arguments(p.oid)),
       ROW(CASE p.prokind WHEN 'a' THEN pg_get_function_result(p.oid)
                          ELSE pg_get_functiondef(p.oid) END,
           to_jsonb(g) - 'aggtranstype' - 'aggmtranstype' - 'aggsortop',
           NULLIF(g.aggtranstype, 0)::regtype, NULLIF(g.aggmtranstype, 0)::regtype,
           NULLIF(g.aggsortop, 0)::regoperator, pg_get_userbyid(p.proowner),
           ${accessList('p.proacl', "acldefault('f', p.proowner)")})::text
FROM pg_proc p
JOIN schema s ON s.oid = p.pronamespace
LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
WHERE p.oid >= 16384

UNION ALL
-- The row type of a table and the type of its arrays come and go with it.
SELECT t.oid, 'catalog', format('type %s.%I', s.name, t.typname),
       ROW(t.typtype, t.typlen, t.typcategory, t.typispreferred, t.typdelim, t.typnotnull,
           t.typstorage, t.typalign, format_type(NULLIF(t.typbasetype, 0), t.typtypmod),
           t.typdefault, NULLIF(t.typcollation, 0)::regcollation, t.typinput, t.typoutput,
           t.typreceive, t.typsend, t.typmodin, t.typmodout, t.typanalyze, t.typsubscript,
           (SELECT array_agg(e.enumlabel ORDER BY e.enumsortorder)
            FROM pg_enum e WHERE e.enumtypid = t.oid),
           (SELECT ROW(g.rngsubtype::regtype, g.rngmultitypid::regtype,
                       NULLIF(g.rngcollation, 0)::regcollation, g.rngcanonical, g.rngsubdiff)::text
            FROM pg_range g WHERE g.rngtypid = t.oid),
           pg_get_userbyid(t.typowner),
           ${accessList('t.typacl', "acldefault('T', t.typowner)")})::text
FROM pg_type t
JOIN schema s ON s.oid = t.typnamespace
WHERE t.oid >= 16384 AND t.typcategory <> 'A'
  AND NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c')

UNION ALL
SELECT d.objoid, 'catalog',
       'comment on ' || coalesce(r.kind || ' ' || r.name || coalesce('.' || a.attname, ''),
                                 who.type || ' ' || who.identity),
       d.description
FROM pg_description d
LEFT JOIN relation r ON r.oid = d.objoid AND d.classoid = 'pg_class'::regclass
LEFT JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.objsubid AND a.attnum > 0
-- To identify takes long, and most comments are on relations.
LEFT JOIN pg_identify_object(CASE WHEN r.oid IS NULL THEN d.classoid END, d.objoid, d.objsubid) who
       ON true
LEFT JOIN pg_constraint k ON k.oid = d.objoid AND d.classoid = 'pg_constraint'::regclass
WHERE (d.objoid >= 16384 OR d.objoid = 'public'::regnamespace)
  AND d.classoid <> 'pg_largeobject'::regclass AND k.contype IS DISTINCT FROM 'n'
  AND coalesce(r.name, who.identity) IS NOT NULL`

const fixedRestSql = `
SELECT 0::oid, 'catalog', 'schema ' || s.name,
       ROW(pg_get_userbyid(n.nspowner),
           ${accessList('n.nspacl', "acldefault('n', n.nspowner)")})::text
FROM pg_namespace n
JOIN schema s ON s.oid = n.oid
WHERE n.oid <> pg_my_temp_schema()

UNION ALL
SELECT 0::oid, 'catalog', 'mapping of ' || m.mapcfg::regconfig,
       ROW(m.maptokentype, m.mapseqno, m.mapdict::regdictionary)::text
FROM pg_ts_config_map m WHERE m.mapcfg >= 16384

UNION ALL
-- What PostgreSQL brought along has the same oid in every database of one version.
SELECT 0::oid, 'catalog', 'privileges of relations that PostgreSQL brought along',
       ROW(c.oid, known.list)::text
-- Hundreds of them share a handful of lists.
FROM (SELECT text, ${accessList('text::aclitem[]', "'{}'")} AS list
      FROM (SELECT DISTINCT relacl::text AS text
            FROM pg_class WHERE oid < 16384 AND relacl IS NOT NULL) one
      OFFSET 0) known
JOIN pg_class c ON c.relacl::text = known.text
WHERE c.oid < 16384

UNION ALL
SELECT 0::oid, 'catalog', 'privileges of functions that PostgreSQL brought along',
       ROW(oid, ${accessList('proacl', "'{}'")})::text
FROM pg_proc
WHERE oid < 16384 AND proacl IS NOT NULL
  AND NOT (proacl @> acldefault('f', proowner) AND proacl <@ acldefault('f', proowner))

UNION ALL
SELECT 0::oid, 'catalog', 'database',
       ROW(to_jsonb(d) - array['oid', 'datname', 'datdba', 'datfrozenxid', 'datminmxid', 'datacl',
                               'dattablespace', 'datlastsysoid', 'datcollversion'],
           pg_get_userbyid(d.datdba), shobj_description(d.oid, 'pg_database'),
           ${accessList('d.datacl', "acldefault('d', d.datdba)")})::text
FROM pg_database d WHERE d.datname = current_database()`

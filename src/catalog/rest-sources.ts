import { type FactSource, firstOid, privileges, sortedPrivileges } from './fact-source.js'
import { objectSources } from './object-sources.js'
import { partSources } from './part-sources.js'
import { relationSources } from './relation-sources.js'

// What only a digest has: comments, the rare kinds of objects, roles, the database itself.

/**
 * Catalogs whose objects are told by their plain columns and by what they depend on. An oid or an
 * expression tree is never shown.
 */
export const plainCatalogs: readonly (readonly [name: string, since?: number])[] = [
  ['pg_am'],
  ['pg_amop'],
  ['pg_amproc'],
  ['pg_cast'],
  ['pg_collation'],
  ['pg_conversion'],
  ['pg_default_acl'],
  ['pg_event_trigger'],
  ['pg_foreign_data_wrapper'],
  ['pg_foreign_server'],
  ['pg_language'],
  ['pg_opclass'],
  ['pg_operator'],
  ['pg_opfamily'],
  ['pg_parameter_acl', 15],
  ['pg_publication'],
  ['pg_publication_namespace', 15],
  ['pg_publication_rel'],
  ['pg_transform'],
  ['pg_ts_config'],
  ['pg_ts_dict'],
  ['pg_ts_parser'],
  ['pg_ts_template'],
  ['pg_user_mapping'],
]

/** The catalogs of the sources that have objects. */
const commentedCatalogs = [
  ...new Set([...relationSources, ...partSources, ...objectSources].map(({ catalog }) => catalog)),
].map((name) => `${name}::regclass`)

/** Comments on what is a fact: `place` is the number of the column. */
export const commentSource: FactSource = {
  kind: "'comment'",
  catalog: 'd.classoid::regclass',
  unit: 'd.objoid',
  schema: 'NULL',
  name: "''",
  place: 'd.objsubid',
  from: 'pg_description d',
  where: `d.objoid >= ${firstOid} AND d.classoid IN (${commentedCatalogs})`,
  attributes: { comment: 'd.description' },
  inManifest: true,
}

/** Which rows of pg_description are comments on anything else. */
export const rareComments = `(objoid >= ${firstOid} OR objoid = 'public'::regnamespace)
  AND classoid NOT IN (${commentedCatalogs}, 'pg_largeobject'::regclass)`

/** What belongs to no object whose changes are watched. */
const noObject = { catalog: "''", unit: '0::oid', schema: 'NULL' } as const

/** The objects of some of the plain catalogs: most of these have none. */
export const plainSource = (catalogs: readonly string[]): FactSource => ({
  ...{ kind: 'who.type', ...noObject, name: 'who.identity' },
  from: `(${catalogs
    .map(
      (name) => `SELECT x.tableoid AS catalog, x.oid, pg_catalog.to_jsonb(x) AS columns
      FROM ${name} x WHERE x.oid >= ${firstOid}`,
    )
    .join('\nUNION ALL ')}) o
    CROSS JOIN pg_catalog.pg_identify_object(o.catalog, o.oid, 0) who`,
  where: 'true',
  details: {
    columns: `(SELECT pg_catalog.json_object_agg(c.key, c.value ORDER BY c.key)
      FROM pg_catalog.jsonb_each(o.columns) c
      JOIN pg_attribute a ON a.attrelid = o.catalog AND a.attname = c.key
      WHERE a.atttypid NOT IN ('oid'::regtype, 'oid[]'::regtype, 'oidvector'::regtype,
                               'aclitem[]'::regtype, 'pg_node_tree'::regtype))`,
    privileges: `(SELECT pg_catalog.json_agg(item #>> '{}' ORDER BY item #>> '{}' COLLATE "C")
      FROM pg_catalog.jsonb_each(o.columns) c
      JOIN pg_attribute a ON a.attrelid = o.catalog AND a.attname = c.key
      CROSS JOIN pg_catalog.jsonb_array_elements(nullif(c.value, 'null')) item
      WHERE a.atttypid = 'aclitem[]'::regtype)`,
    needs: `(SELECT pg_catalog.json_agg(ROW(d.deptype, ref.type, ref.identity)::text
        ORDER BY ROW(d.deptype, ref.type, ref.identity)::text COLLATE "C")
      FROM pg_depend d
      CROSS JOIN pg_catalog.pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) ref
      WHERE d.classid = o.catalog AND d.objid = o.oid AND d.refobjid <> 0)`,
    owner: `(SELECT pg_catalog.json_agg(ROW(d.deptype, pg_catalog.pg_get_userbyid(d.refobjid))::text
        ORDER BY d.deptype, pg_catalog.pg_get_userbyid(d.refobjid)::text COLLATE "C")
      FROM pg_shdepend d
      WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = pg_catalog.current_database())
        AND d.classid = o.catalog AND d.objid = o.oid
        AND d.refclassid = 'pg_catalog.pg_authid'::regclass)`,
  },
  inManifest: false,
})

/** The privileges on what initdb made: hundreds of objects share a handful of lists. */
const builtInSource = (
  catalog: string,
  [list, printed, defaults]: readonly [list: string, printed: string, defaults: string],
): FactSource => ({
  ...{ kind: "'privileges on built-in objects'", ...noObject, name: 'granted.list' },
  from: `(SELECT known.list::text AS list,
      pg_catalog.json_agg(c.oid::${printed}::text ORDER BY c.oid::${printed}::text COLLATE "C")
        AS objects
    FROM (SELECT one.text, ${sortedPrivileges('one.text::aclitem[]')} AS list
          FROM (SELECT DISTINCT ${list}::text AS text FROM ${catalog}
                WHERE oid < ${firstOid} AND ${list} IS NOT NULL
                  AND NOT (${list} @> ${defaults} AND ${list} <@ ${defaults})) one
          OFFSET 0) known
    JOIN ${catalog} c ON c.${list}::text = known.text
    WHERE c.oid < ${firstOid} GROUP BY known.list::text) granted`,
  where: 'true',
  details: { objects: 'granted.objects' },
  inManifest: false,
})

/** Facts that belong to no object: they have one unit, and names as PostgreSQL prints them. */
export const restSources: readonly FactSource[] = [
  builtInSource('pg_class', ['relacl', 'regclass', "pg_catalog.acldefault('r', relowner)"]),
  builtInSource('pg_proc', ['proacl', 'regprocedure', "pg_catalog.acldefault('f', proowner)"]),
  {
    ...{ kind: "'schema'", ...noObject, name: 'pg_catalog.quote_ident(n.nspname)' },
    from: 'pg_namespace n JOIN schema s ON s.oid = n.oid',
    where: 'n.oid <> pg_catalog.pg_my_temp_schema()',
    details: {
      owner: 'pg_catalog.pg_get_userbyid(n.nspowner)',
      privileges: privileges('n.nspacl', "pg_catalog.acldefault('n', n.nspowner)"),
    },
    inManifest: false,
  },
  {
    ...{ kind: "'mapping of'", ...noObject },
    name: "m.mapcfg::regconfig || ' ' || m.maptokentype || ' ' || m.mapseqno",
    from: 'pg_ts_config_map m',
    where: `m.mapcfg >= ${firstOid}`,
    rare: `pg_ts_config_map WHERE mapcfg >= ${firstOid}`,
    details: { dictionary: 'm.mapdict::regdictionary' },
    inManifest: false,
  },
  {
    ...{ kind: "'database'", ...noObject, name: "''" },
    from: 'pg_database d',
    where: 'd.datname = pg_catalog.current_database()',
    details: {
      columns: `pg_catalog.to_jsonb(d) - array['oid', 'datname', 'datdba', 'datfrozenxid',
        'datminmxid', 'datacl', 'dattablespace', 'datlastsysoid', 'datcollversion']`,
      owner: 'pg_catalog.pg_get_userbyid(d.datdba)',
      comment: "pg_catalog.shobj_description(d.oid, 'pg_database')",
      privileges: privileges('d.datacl', "pg_catalog.acldefault('d', d.datdba)"),
    },
    inManifest: false,
  },
  // A password is no part of it: it is stored with a random salt, never the same twice.
  {
    ...{ kind: "'role'", ...noObject, name: 'pg_catalog.quote_ident(a.rolname)' },
    from: 'pg_roles a',
    where: `a.oid >= ${firstOid} OR NOT pg_catalog.starts_with(a.rolname::text, 'pg_')`,
    details: {
      columns: "pg_catalog.to_jsonb(a) - array['oid', 'rolpassword', 'rolconfig', 'rolname']",
      comment: "pg_catalog.shobj_description(a.oid, 'pg_authid')",
    },
    inManifest: false,
  },
  {
    ...{ kind: "'role'", ...noObject },
    name: `pg_catalog.format('%I as a member of %I', pg_catalog.pg_get_userbyid(m.member),
      pg_catalog.pg_get_userbyid(m.roleid))`,
    from: 'pg_auth_members m',
    where: 'true',
    details: {
      columns: "pg_catalog.to_jsonb(m) - array['oid', 'roleid', 'member', 'grantor']",
      grantor: 'pg_catalog.pg_get_userbyid(m.grantor)',
    },
    inManifest: false,
  },
  {
    ...{ kind: "'setting'", ...noObject },
    name: `CASE d.setrole WHEN 0 THEN 'all roles' ELSE 'of ' || pg_catalog.quote_ident(r.rolname) END
      || CASE d.setdatabase WHEN 0 THEN '' ELSE ' in this database' END`,
    from: 'pg_db_role_setting d LEFT JOIN pg_roles r ON r.oid = d.setrole',
    where: `d.setdatabase = 0 OR d.setdatabase = (SELECT b.oid FROM pg_database b
      WHERE b.datname = pg_catalog.current_database())`,
    details: {
      values: `(SELECT pg_catalog.json_agg(c ORDER BY c COLLATE "C")
        FROM pg_catalog.unnest(d.setconfig) c)`,
    },
    inManifest: false,
  },
  {
    ...{ kind: "'comment'", ...noObject },
    name: "'on ' || who.type || ' ' || who.identity",
    from: `pg_description d
      CROSS JOIN pg_catalog.pg_identify_object(d.classoid, d.objoid, d.objsubid) who`,
    where: rareComments,
    details: { comment: 'd.description' },
    inManifest: false,
  },
  // The server numbers them, differently for the same statements, so that the content is the name.
  {
    ...{ kind: "'large object'", ...noObject },
    rare: 'pg_largeobject_metadata',
    name: "pg_catalog.encode(pg_catalog.sha256(coalesce(pages.content, '')), 'hex')",
    from: `pg_largeobject_metadata o
      LEFT JOIN (SELECT l.loid, pg_catalog.string_agg(
                   pg_catalog.int4send(l.pageno) || pg_catalog.sha256(l.data), '' ORDER BY l.pageno)
                   AS content
                 FROM pg_largeobject l GROUP BY l.loid) pages ON pages.loid = o.oid`,
    where: 'true',
    details: {
      owner: 'pg_catalog.pg_get_userbyid(o.lomowner)',
      comment: "pg_catalog.obj_description(o.oid, 'pg_largeobject')",
      privileges: privileges('o.lomacl', "pg_catalog.acldefault('L', o.lomowner)"),
    },
    inManifest: false,
  },
]

import { type FactSource, firstOid, privileges, sorted } from './fact-source.js'
import { commentedCatalogs } from './object-sources.js'

// Facts that do not belong to the objects of object-sources.ts: schemas, rare kinds of objects,
// roles, the database. Manifests do not contain them. PostgreSQL itself prints their names.

type More = Pick<FactSource, 'rare' | 'details'>

const rest = (kind: string, name: string, from: string, more: More): FactSource => ({
  kind,
  object: { unit: '0::oid', name },
  from,
  inManifest: false,
  ...more,
})

/** Catalogs whose objects are described by their columns and their dependencies. */
const plainCatalogs = `pg_am pg_amop pg_amproc pg_cast pg_collation pg_conversion pg_default_acl
  pg_event_trigger pg_foreign_data_wrapper pg_foreign_server pg_language pg_opclass pg_operator
  pg_opfamily pg_publication pg_publication_rel pg_transform pg_ts_config pg_ts_dict pg_ts_parser
  pg_ts_template pg_user_mapping`.split(/\s+/)

/** Those of them that a server has. */
export const plainCatalogsOf = (major: number): readonly string[] =>
  major < 15 ? plainCatalogs : [...plainCatalogs, 'pg_parameter_acl', 'pg_publication_namespace']

const columnsThat = (condition: string) => `FROM jsonb_each(o.columns) c
  JOIN pg_attribute a ON a.attrelid = o.catalog AND a.attname = c.key AND ${condition}`

/** The objects of some of the plain catalogs. An oid or an expression tree is never shown. */
export const plainSource = (catalogs: readonly string[]): FactSource =>
  rest(
    'who.type',
    'who.identity',
    `(${catalogs
      .map(
        (name) => `SELECT x.tableoid AS catalog, x.oid, to_jsonb(x) AS columns
        FROM ${name} x WHERE x.oid >= ${firstOid}`,
      )
      .join('\nUNION ALL ')}) o CROSS JOIN pg_identify_object(o.catalog, o.oid, 0) who WHERE true`,
    {
      details: {
        columns: `(SELECT json_object_agg(c.key, c.value ORDER BY c.key) ${columnsThat(
          "a.atttypid <> ALL ('{oid, _oid, oidvector, _aclitem, pg_node_tree}'::regtype[])",
        )})`,
        privileges: `(SELECT json_agg(item #>> '{}' ORDER BY item #>> '{}' COLLATE "C")
          ${columnsThat("a.atttypid = '_aclitem'::regtype")}
          CROSS JOIN jsonb_array_elements(nullif(c.value, 'null')) item)`,
        needs: `(SELECT json_agg(ref.line ORDER BY ref.line COLLATE "C")
          FROM pg_depend d
          CROSS JOIN pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid) one
          CROSS JOIN concat_ws(' ', d.deptype, one.type, one.identity) ref (line)
          WHERE d.classid = o.catalog AND d.objid = o.oid AND d.refobjid <> 0)`,
        owner: `(SELECT json_agg(role.line ORDER BY role.line COLLATE "C")
          FROM pg_shdepend d JOIN pg_database b ON b.oid = d.dbid
          CROSS JOIN concat_ws(' ', d.deptype, pg_get_userbyid(d.refobjid)) role (line)
          WHERE b.datname = current_database() AND d.classid = o.catalog AND d.objid = o.oid
            AND d.refclassid = 'pg_catalog.pg_authid'::regclass)`,
      },
    },
  )

/** The privileges on the objects of initdb: hundreds of objects share a few lists. */
const builtIn = (catalog: string, list: string, type: string, defaults: string): FactSource =>
  rest(
    "'privileges on built-in objects'",
    'granted.list',
    `(SELECT known.list::text AS list,
        json_agg(c.oid::${type}::text ORDER BY c.oid::${type}::text COLLATE "C") AS objects
      FROM (SELECT one.text, ${sorted('one.text::aclitem[]')} AS list
            FROM (SELECT DISTINCT ${list}::text AS text FROM ${catalog}
                  WHERE oid < ${firstOid} AND ${list} IS NOT NULL
                    AND NOT (${list} @> ${defaults} AND ${list} <@ ${defaults})) one
            OFFSET 0) known
      JOIN ${catalog} c ON c.${list}::text = known.text
      WHERE c.oid < ${firstOid} GROUP BY known.list::text) granted WHERE true`,
    { details: { objects: 'granted.objects' } },
  )

/** The condition for comments in pg_description on objects without facts of their own. */
export const rareComments = `(objoid >= ${firstOid} OR objoid = 'public'::regnamespace)
  AND classoid <> ALL (${commentedCatalogs} || 'pg_largeobject'::regclass)`

export const restSources: readonly FactSource[] = [
  builtIn('pg_class', 'relacl', 'regclass', "acldefault('r', relowner)"),
  builtIn('pg_proc', 'proacl', 'regprocedure', "acldefault('f', proowner)"),
  rest(
    "'schema'",
    'quote_ident(n.nspname)',
    'pg_namespace n JOIN schema s ON s.oid = n.oid WHERE n.oid <> pg_my_temp_schema()',
    {
      details: {
        owner: 'pg_get_userbyid(n.nspowner)',
        privileges: privileges('n.nspacl', "acldefault('n', n.nspowner)"),
      },
    },
  ),
  rest(
    "'mapping of'",
    "m.mapcfg::regconfig || ' ' || m.maptokentype || ' ' || m.mapseqno",
    `pg_ts_config_map m WHERE m.mapcfg >= ${firstOid}`,
    {
      rare: `pg_ts_config_map WHERE mapcfg >= ${firstOid}`,
      details: { dictionary: 'm.mapdict::regdictionary' },
    },
  ),
  rest("'database'", "''", 'pg_database d WHERE d.datname = current_database()', {
    details: {
      columns: `to_jsonb(d) - array['oid', 'datname', 'datdba', 'datfrozenxid', 'datminmxid',
        'datacl', 'dattablespace', 'datlastsysoid', 'datcollversion']`,
      owner: 'pg_get_userbyid(d.datdba)',
      comment: "shobj_description(d.oid, 'pg_database')",
      privileges: privileges('d.datacl', "acldefault('d', d.datdba)"),
    },
  }),
  // Without the password, because it is stored with a random salt and differs each time.
  rest(
    "'role'",
    'quote_ident(a.rolname)',
    `pg_roles a WHERE a.oid >= ${firstOid} OR NOT starts_with(a.rolname::text, 'pg_')`,
    {
      details: {
        columns: "to_jsonb(a) - array['oid', 'rolpassword', 'rolconfig', 'rolname']",
        comment: "shobj_description(a.oid, 'pg_authid')",
      },
    },
  ),
  rest(
    "'role'",
    "format('%I as a member of %I', pg_get_userbyid(m.member), pg_get_userbyid(m.roleid))",
    'pg_auth_members m WHERE true',
    {
      details: {
        columns: "to_jsonb(m) - array['oid', 'roleid', 'member', 'grantor']",
        grantor: 'pg_get_userbyid(m.grantor)',
      },
    },
  ),
  rest(
    "'setting'",
    `CASE d.setrole WHEN 0 THEN 'all roles' ELSE 'of ' || quote_ident(r.rolname) END
      || CASE d.setdatabase WHEN 0 THEN '' ELSE ' in this database' END`,
    `pg_db_role_setting d LEFT JOIN pg_roles r ON r.oid = d.setrole
      LEFT JOIN pg_database b ON b.oid = d.setdatabase
      WHERE d.setdatabase = 0 OR b.datname = current_database()`,
    { details: { values: sorted('d.setconfig') } },
  ),
  rest(
    "'comment'",
    "'on ' || who.type || ' ' || who.identity",
    `pg_description d CROSS JOIN pg_identify_object(d.classoid, d.objoid, d.objsubid) who
      WHERE ${rareComments}`,
    { details: { comment: 'd.description' } },
  ),
  // Named by their content, because the server numbers them differently for the same statements.
  rest(
    "'large object'",
    "encode(sha256(coalesce(pages.content, '')), 'hex')",
    `pg_largeobject_metadata o LEFT JOIN (
       SELECT l.loid, string_agg(int4send(l.pageno) || sha256(l.data), '' ORDER BY l.pageno)
         AS content
       FROM pg_largeobject l GROUP BY l.loid) pages ON pages.loid = o.oid WHERE true`,
    {
      rare: 'pg_largeobject_metadata',
      details: {
        owner: 'pg_get_userbyid(o.lomowner)',
        comment: "obj_description(o.oid, 'pg_largeobject')",
        privileges: privileges('o.lomacl', "acldefault('L', o.lomowner)"),
      },
    },
  ),
]

/**
 * Whether an object came with another one, in the words of pg_depend: `e` with an extension, whose
 * business it then is, `i` with anything else.
 *
 * @param catalog The table that the object is in.
 */
export const cameWith = (kinds: string, catalog: string, oid: string) =>
  `EXISTS (SELECT FROM pg_catalog.pg_depend e
           WHERE e.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND e.objid = ${oid}
             AND e.deptype::text = ANY (pg_catalog.string_to_array('${kinds}', NULL)))`

/** @param catalog The table that the object is in. */
export const isOfExtension = (catalog: string, oid: string) => cameWith('e', catalog, oid)

/** A list of objects, by name. */
const list = (fields: string, from: string, order: string) =>
  `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(${fields})
                                         ORDER BY ${order}), '[]')
    FROM ${from})`

/** The names of columns, by their numbers in an array. */
const columnNames = (relation: string, numbers: string) =>
  `(SELECT coalesce(pg_catalog.json_agg(m.attname ORDER BY key.place), '[]')
    FROM unnest(${numbers}) WITH ORDINALITY AS key (attnum, place)
    JOIN pg_catalog.pg_attribute m ON m.attrelid = ${relation} AND m.attnum = key.attnum
                                  AND m.attnum > 0)`

const comment = (oid: string, catalog: string) =>
  `coalesce(pg_catalog.obj_description(${oid}, '${catalog}'), '')`

const columns = list(
  `'name', a.attname,
   'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
   'nullable', NOT (a.attnotnull OR t.typtype = 'd' AND t.typnotnull),
   'default', CASE a.attgenerated WHEN '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END,
   'identity', CASE a.attidentity WHEN 'a' THEN 'always' WHEN 'd' THEN 'by default' END,
   'generated', CASE WHEN a.attgenerated <> ''
                     THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid)
                          || CASE a.attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END END,
   'collation', CASE WHEN a.attcollation <> t.typcollation
                     THEN a.attcollation::pg_catalog.regcollation::text END,
   'comment', coalesce(pg_catalog.col_description(c.oid, a.attnum), '')`,
  `pg_catalog.pg_attribute a
   JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
   LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`,
  'a.attnum',
)

// A constraint with a parent is a partition's, or one of the many that a key to a partitioned
// table is made of: servers give those names of their own.
const constraints = list(
  `'name', k.conname,
   'kind', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique'
                          WHEN 'f' THEN 'foreign key' WHEN 'x' THEN 'exclusion' ELSE 'check' END,
   'columns', ${columnNames('c.oid', 'k.conkey')},
   'definition', pg_catalog.pg_get_constraintdef(k.oid),
   'references', (SELECT CASE WHEN f.relnamespace = c.relnamespace THEN f.relname::text
                              ELSE pg_catalog.format('%I.%I', f.relnamespace::regnamespace::text,
                                                     f.relname) END
                  FROM pg_catalog.pg_class f WHERE f.oid = k.confrelid),
   'referencedColumns', ${columnNames('k.confrelid', 'k.confkey')},
   'onDelete', CASE k.confdeltype WHEN 'a' THEN 'no action' WHEN 'r' THEN 'restrict'
                                  WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'
                                  WHEN 'd' THEN 'set default' END,
   'comment', ${comment('k.oid', 'pg_constraint')}`,
  `pg_catalog.pg_constraint k
   WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0`,
  'k.conname::text COLLATE "C"',
)

const indexes = list(
  `'name', i.relname,
   'definition', pg_catalog.pg_get_indexdef(x.indexrelid, 0, true),
   'columns', ${columnNames('c.oid', 'x.indkey::int2[]')},
   'unique', x.indisunique,
   'valid', x.indisvalid,
   'comment', ${comment('i.oid', 'pg_class')}`,
  `pg_catalog.pg_index x
   JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
   WHERE x.indrelid = c.oid AND NOT i.relispartition`,
  'i.relname::text COLLATE "C"',
)

const triggers = list(
  `'name', g.tgname,
   'definition', pg_catalog.pg_get_triggerdef(g.oid, true)
                 || CASE g.tgenabled WHEN 'O' THEN '' WHEN 'D' THEN ' (disabled)'
                                     WHEN 'R' THEN ' (enabled on a replica)'
                                     ELSE ' (enabled always)' END`,
  `pg_catalog.pg_trigger g
   WHERE g.tgrelid = c.oid AND NOT g.tgisinternal AND g.tgparentid = 0`,
  'g.tgname::text COLLATE "C"',
)

const policies = list(
  `'name', p.polname,
   'definition', pg_catalog.concat_ws(' ',
      CASE WHEN p.polpermissive THEN 'AS PERMISSIVE' ELSE 'AS RESTRICTIVE' END,
      'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                              WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
      'TO ' || (SELECT pg_catalog.string_agg(name, ', ' ORDER BY name COLLATE "C")
                FROM (SELECT CASE role WHEN 0 THEN 'PUBLIC'
                               ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(role)) END
                      FROM unnest(p.polroles) role) roles (name)),
      'USING (' || pg_catalog.pg_get_expr(p.polqual, p.polrelid) || ')',
      'WITH CHECK (' || pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) || ')')`,
  'pg_catalog.pg_policy p WHERE p.polrelid = c.oid',
  'p.polname::text COLLATE "C"',
)

const rules = list(
  `'name', w.rulename, 'definition', pg_catalog.pg_get_ruledef(w.oid, true)`,
  `pg_catalog.pg_rewrite w WHERE w.ev_class = c.oid AND w.rulename <> '_RETURN'`,
  'w.rulename::text COLLATE "C"',
)

/** Tables with all that belongs to them; `$1` is the schema, `$2` the names to leave out. */
export const tablesSql = `
SELECT c.relname::text COLLATE "C" AS name,
       CASE c.relkind WHEN 'p' THEN 'partitioned table' WHEN 'f' THEN 'foreign table'
                      ELSE 'table' END AS kind,
       c.relpersistence = 'u' AS unlogged,
       CASE WHEN NOT c.relrowsecurity THEN 'off' WHEN c.relforcerowsecurity THEN 'forced'
            ELSE 'on' END AS "rowSecurity",
       CASE c.relkind WHEN 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END AS "partitionKey",
       (SELECT coalesce(pg_catalog.json_agg(h.inhparent::pg_catalog.regclass::text
                                             ORDER BY h.inhseqno), '[]')
        FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid) AS parents,
       pg_catalog.pg_get_expr(c.relpartbound, c.oid) AS "partitionBound",
       ${comment('c.oid', 'pg_class')} AS comment,
       ${columns} AS columns,
       ${constraints} AS constraints,
       ${indexes} AS indexes,
       ${triggers} AS triggers,
       ${policies} AS policies,
       ${rules} AS rules
FROM pg_catalog.pg_class c
WHERE c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = $1)
  AND c.relkind IN ('r', 'p', 'f') AND c.relname <> ALL ($2::text[])
  AND NOT ${isOfExtension('pg_class', 'c.oid')}
ORDER BY 1`

/** Views, in the same way. */
export const viewsSql = `
SELECT c.relname::text COLLATE "C" AS name,
       c.relkind = 'm' AS materialized,
       pg_catalog.pg_get_viewdef(c.oid) AS definition,
       ${comment('c.oid', 'pg_class')} AS comment,
       ${list(
         `'name', a.attname, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod)`,
         `pg_catalog.pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped`,
         'a.attnum',
       )} AS columns,
       ${indexes} AS indexes,
       ${triggers} AS triggers
FROM pg_catalog.pg_class c
WHERE c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = $1)
  AND c.relkind IN ('v', 'm') AND c.relname <> ALL ($2::text[])
  AND NOT ${isOfExtension('pg_class', 'c.oid')}
ORDER BY 1`

import { cameWith, isOfExtension } from './manifest-tables-sql.js'

// What a schema has beside tables and views; `$1` is the schema in each of these.

const here = '(SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = $1)'

const typeComment = "coalesce(pg_catalog.obj_description(t.oid, 'pg_type'), '')"

/** `$2` are names to leave out. */
export const sequencesSql = `
SELECT c.relname::text COLLATE "C" AS name,
       pg_catalog.format(
         'AS %s INCREMENT %s MINVALUE %s MAXVALUE %s START %s CACHE %s%s',
         pg_catalog.format_type(q.seqtypid, NULL), q.seqincrement, q.seqmin, q.seqmax, q.seqstart,
         q.seqcache, CASE WHEN q.seqcycle THEN ' CYCLE' ELSE '' END) AS definition,
       (SELECT owner.relname || '.' || a.attname
        FROM pg_catalog.pg_depend d
        JOIN pg_catalog.pg_class owner ON owner.oid = d.refobjid
        JOIN pg_catalog.pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
          AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
          AND d.deptype IN ('a', 'i')) AS "ownedBy",
       coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '') AS comment
FROM pg_catalog.pg_sequence q
JOIN pg_catalog.pg_class c ON c.oid = q.seqrelid
WHERE c.relnamespace = ${here} AND c.relname <> ALL ($2::text[])
  AND NOT ${isOfExtension('pg_class', 'c.oid')}
ORDER BY 1`

export const enumsSql = `
SELECT t.typname::text COLLATE "C" AS name,
       ${typeComment} AS comment,
       (SELECT coalesce(pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]')
        FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) AS values
FROM pg_catalog.pg_type t
WHERE t.typnamespace = ${here} AND t.typtype = 'e' AND NOT ${isOfExtension('pg_type', 't.oid')}
ORDER BY 1`

export const domainsSql = `
SELECT t.typname::text COLLATE "C" AS name,
       pg_catalog.format_type(t.typbasetype, t.typtypmod) AS type,
       NOT t.typnotnull AS nullable,
       t.typdefault AS "default",
       CASE WHEN t.typcollation <> base.typcollation
            THEN t.typcollation::pg_catalog.regcollation::text END AS collation,
       (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                 'name', k.conname, 'definition', pg_catalog.pg_get_constraintdef(k.oid)
               ) ORDER BY k.conname::text COLLATE "C"), '[]')
        FROM pg_catalog.pg_constraint k
        WHERE k.contypid = t.oid AND k.contype = 'c') AS constraints,
       ${typeComment} AS comment
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_type base ON base.oid = t.typbasetype
WHERE t.typnamespace = ${here} AND t.typtype = 'd' AND NOT ${isOfExtension('pg_type', 't.oid')}
ORDER BY 1`

// The row type of a table is a composite type too, and comes and goes with it.
export const compositesSql = `
SELECT t.typname::text COLLATE "C" AS name,
       (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                 'name', a.attname, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod)
               ) ORDER BY a.attnum), '[]')
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS attributes,
       ${typeComment} AS comment
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
WHERE t.typnamespace = ${here} AND c.relkind = 'c' AND NOT ${isOfExtension('pg_type', 't.oid')}
ORDER BY 1`

export const rangesSql = `
SELECT t.typname::text COLLATE "C" AS name,
       pg_catalog.format_type(g.rngsubtype, NULL) AS type
FROM pg_catalog.pg_range g
JOIN pg_catalog.pg_type t ON t.oid = g.rngtypid
WHERE t.typnamespace = ${here} AND NOT ${isOfExtension('pg_type', 't.oid')}
ORDER BY 1`

// PostgreSQL qualifies the name of a function whatever the search path: it is cut out. Those that
// make the values of a range type come with that.
export const functionsSql = `
SELECT p.proname::text COLLATE "C" AS name,
       pg_catalog.pg_get_function_identity_arguments(p.oid) COLLATE "C" AS arguments,
       CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window'
                      ELSE 'function' END AS kind,
       CASE WHEN p.prokind = 'a'
            THEN pg_catalog.format('CREATE AGGREGATE %I(%s) (SFUNC = %s, STYPE = %s%s%s)',
                   p.proname, pg_catalog.pg_get_function_arguments(p.oid), g.aggtransfn,
                   pg_catalog.format_type(g.aggtranstype, NULL),
                   ', FINALFUNC = ' || nullif(g.aggfinalfn, 0)::pg_catalog.regproc,
                   ', INITCOND = ' || pg_catalog.quote_literal(g.agginitval))
            ELSE pg_catalog.regexp_replace(
                   pg_catalog.pg_get_functiondef(p.oid),
                   '^(CREATE OR REPLACE [A-Z]+ )("(?:[^"]|"")*"|[^".]+)\\.', '\\1')
       END AS definition,
       coalesce(pg_catalog.obj_description(p.oid, 'pg_proc'), '') AS comment
FROM pg_catalog.pg_proc p
LEFT JOIN pg_catalog.pg_aggregate g ON g.aggfnoid = p.oid
WHERE p.pronamespace = ${here} AND NOT ${cameWith('ei', 'pg_proc', 'p.oid')}
ORDER BY 1, 2`

export const extensionsSql = `
SELECT e.extname::text COLLATE "C" AS name
FROM pg_catalog.pg_extension e
WHERE e.extname <> 'plpgsql'
ORDER BY 1`

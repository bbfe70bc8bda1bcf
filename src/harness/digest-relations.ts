import { accessList } from './digest-access-list.js'

/** The end of the name of an entry that says in which order the columns of a relation are. */
export const orderOfColumns = ', all in their order'

/**
 * What relations are made of, as rows of (unit, part, name, definition), below the CTEs `relation`
 * and `schema` of digest-catalog.ts. The unit is the oid of the object. NOT NULL is told by its
 * column: only PostgreSQL 18 also has it as a constraint, whose name would make the same statements
 * differ from server to server.
 */
export const relationsSql = `
SELECT r.oid, 'catalog', r.kind || ' ' || r.name,
       ROW(r.relkind, r.relpersistence, r.relrowsecurity, r.relforcerowsecurity, r.relreplident,
           r.relispopulated, r.reloptions, toast.reloptions, access.amname, space.spcname,
           pg_get_userbyid(r.relowner),
           ${accessList(
             'r.relacl',
             `acldefault(CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", r.relowner)`,
           )},
           CASE r.relkind WHEN 'p' THEN pg_get_partkeydef(r.oid) END,
           pg_get_expr(r.relpartbound, r.oid),
           (SELECT string_agg(format('%s %s', i.inhparent::regclass, to_jsonb(i) - 'inhrelid'
                                     - 'inhparent'), ',' ORDER BY i.inhseqno)
            FROM pg_inherits i WHERE i.inhrelid = r.oid),
           NULLIF(r.reloftype, 0)::regtype,
           CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END)::text
FROM relation r
LEFT JOIN pg_class toast ON toast.oid = r.reltoastrelid
LEFT JOIN pg_am access ON access.oid = r.relam
LEFT JOIN pg_tablespace space ON space.oid = r.reltablespace
WHERE r.relkind NOT IN ('i', 'I')

UNION ALL
SELECT r.oid, 'catalog', 'index ' || r.name,
       ROW(pg_get_indexdef(r.oid), x.indisvalid, x.indisclustered, x.indisreplident,
           (SELECT array_agg(a.attstattarget ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = r.oid),
           space.spcname)::text
FROM relation r
JOIN pg_index x ON x.indexrelid = r.oid
LEFT JOIN pg_tablespace space ON space.oid = r.reltablespace

UNION ALL
SELECT r.oid, 'catalog', 'sequence ' || r.name,
       ROW(to_jsonb(q) - 'seqrelid' - 'seqtypid', format_type(q.seqtypid, NULL),
           (SELECT (pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid)).identity
            FROM pg_depend d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid
              AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')))::text
FROM relation r
JOIN pg_sequence q ON q.seqrelid = r.oid

UNION ALL
SELECT a.attrelid, 'catalog', 'column ' || r.name || '.' || quote_ident(a.attname),
       ROW(format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated,
           a.attstorage, a.attcompression, a.attstattarget, a.attislocal, a.attinhcount,
           a.attoptions, a.attfdwoptions, NULLIF(a.attcollation, 0)::regcollation,
           pg_get_expr(d.adbin, d.adrelid),
           ${accessList('a.attacl', "'{}'")})::text
FROM relation r
JOIN pg_attribute a ON a.attrelid = r.oid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND r.relkind NOT IN ('i', 'I', 'S')

UNION ALL
-- A dropped column leaves a gap in attnum, and one that comes again stands at the end.
SELECT r.oid, 'catalog', 'column ' || r.name || '${orderOfColumns}',
       (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
        FROM pg_attribute a
        WHERE a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped)
FROM relation r
WHERE r.relkind NOT IN ('i', 'I', 'S') AND r.relnatts > 0

UNION ALL
-- The triggers that enforce a foreign key have an oid in their name, and can be disabled.
SELECT k.oid, 'catalog',
       format('constraint %I of %s', k.conname, coalesce(r.name, format_type(k.contypid, NULL))),
       ROW(pg_get_constraintdef(k.oid), k.conislocal, k.coninhcount,
           (SELECT array_agg(ROW(t.tgrelid::regclass, t.tgtype, t.tgenabled)::text
                             ORDER BY t.tgrelid::regclass::text COLLATE "C", t.tgtype)
            FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgisinternal))::text
FROM pg_constraint k
LEFT JOIN relation r ON r.oid = k.conrelid
WHERE k.oid >= 16384 AND k.contype <> 'n' AND (r.oid IS NOT NULL OR k.contypid <> 0)

UNION ALL
SELECT t.oid, 'catalog', format('trigger %I of %s', t.tgname, r.name),
       ROW(pg_get_triggerdef(t.oid), t.tgenabled)::text
FROM pg_trigger t
JOIN relation r ON r.oid = t.tgrelid
WHERE NOT t.tgisinternal

UNION ALL
SELECT w.oid, 'catalog', format('rule %I of %s', w.rulename, r.name),
       ROW(CASE WHEN w.rulename <> '_RETURN' THEN pg_get_ruledef(w.oid) END, w.ev_enabled)::text
FROM pg_rewrite w
JOIN relation r ON r.oid = w.ev_class

UNION ALL
SELECT p.oid, 'catalog', format('policy %I of %s', p.polname, r.name),
       ROW(p.polcmd, p.polpermissive,
           (SELECT array_agg(CASE role WHEN 0 THEN 'public' ELSE pg_get_userbyid(role) END::text
                             ORDER BY pg_get_userbyid(role)::text COLLATE "C")
            FROM unnest(p.polroles) role),
           pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))::text
FROM pg_policy p
JOIN relation r ON r.oid = p.polrelid

UNION ALL
SELECT x.oid, 'catalog', format('statistics %s.%I', s.name, x.stxname),
       ROW(pg_get_statisticsobjdef(x.oid), x.stxstattarget, pg_get_userbyid(x.stxowner))::text
FROM pg_statistic_ext x
JOIN schema s ON s.oid = x.stxnamespace`

/**
 * The SQL for an access control list as text. A list that nobody touched is NULL and means the
 * defaults, and a GRANT that was revoked leaves them in some order: all of that is the same.
 */
export function accessList(list: string, defaults: string): string {
  return `(SELECT array_agg(item::text ORDER BY item::text COLLATE "C")
            FROM unnest(coalesce(${list}, ${defaults})) item)`
}

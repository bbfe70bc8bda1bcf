/**
 * An expression for the hashes of the kinds of some resources, as `kindHashes` of the schema
 * computes them: an object of kind to sha256 in hexadecimal. The statements compute every hash that
 * they store with it, from the rows, so that no hash can describe something else.
 *
 * @param table Live resources or pins.
 * @param isMeant The condition on their rows, whose alias is `hashed`.
 */
export function kindHashesOf(table: string, isMeant: string): string {
  const netstringEnd = `convert_to(
            concat(',', octet_length(hashed.status::pg_catalog.text), ':', hashed.status, ','), 'UTF8')`
  return `(
      SELECT coalesce(pg_catalog.jsonb_object_agg(kinds.body_kind, kinds.hash), '{}')
      FROM (
        SELECT hashed.body_kind, encode(sha256(string_agg(
          convert_to(concat(octet_length(hashed.source), ':', hashed.source, ',',
            octet_length(hashed.content_hash), ':'), 'UTF8')
          || hashed.content_hash || ${netstringEnd},
          ''::pg_catalog.bytea ORDER BY hashed.source COLLATE "C")), 'hex') AS hash
        FROM ${table} hashed
        WHERE ${isMeant}
        GROUP BY hashed.body_kind
      ) kinds)`
}

/** The hashes of the kinds that a chat does not follow, which decide whether it is dirty. */
export const pinnedPart = (hashes: string, chat: string): string =>
  `(${hashes} - ${chat}.context_follows::pg_catalog.text[])`

/** The hashes of the kinds that a chat follows. */
export const followedPart = (hashes: string, chat: string): string => `(
      SELECT coalesce(pg_catalog.jsonb_object_agg(kind, ${hashes} -> kind::pg_catalog.text), '{}')
      FROM pg_catalog.unnest(${chat}.context_follows) AS kind
      WHERE ${hashes} ? kind::pg_catalog.text)`

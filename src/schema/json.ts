/** What PostgreSQL can keep as `jsonb`. */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** A JSON object: what every body of a resource is. */
export type JsonObject = { readonly [key: string]: JsonValue }

/**
 * A value that PostgreSQL can store as `jsonb`.
 *
 * @example
 * ```ts
 * const content: JsonValue = [{ type: 'text', text: 'When is high water?' }]
 * await addMessages(database, { chatId, messages: [{ role: 'user', content }] })
 * ```
 */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** The body of a resource. */
export type JsonObject = { readonly [key: string]: JsonValue }

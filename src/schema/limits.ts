/**
 * The limits of the domain. Every check, message and test uses these values.
 *
 * All sizes are in bytes; for text, in bytes of UTF-8.
 *
 * @example
 * ```ts
 * if (resources.length > limits.resourcesMax) console.warn('The rest is left out.')
 * ```
 */
export const limits = {
  /** Resources in one push. */
  resourcesMax: 1000,
  /**
   * One body, encoded as JSON. A number with an exponent counts as PostgreSQL writes it, in full:
   * 1e308 has 309 digits.
   */
  bodyBytesMax: 256 * 1024,
  /** The maximum depth of a body. PostgreSQL itself fails at a few thousand. */
  bodyDepthMax: 100,
  /** All bodies of one push together, encoded as JSON. */
  bodiesBytesMax: 4 * 1024 * 1024,
  /** `source` and `source_path`. A source is part of a key, and an index row has about 2700. */
  sourceBytesMax: 1024,
  /** `error` of a resource and `snapshot_error` of a push. */
  errorBytesMax: 4096,
  /** `content_hash` and `aggregate_hash`; neither may be empty. */
  hashBytesMax: 64,
  /** A name of a workspace or of an agent. */
  nameBytesMax: 1024,
  /** A title of a chat. Short enough to stay in the row that lists read. */
  titleBytesMax: 1024,
  /** One message, encoded as JSON. */
  messageBytesMax: 4 * 1024 * 1024,
  /** All messages of one call together, encoded as JSON. */
  messagesBytesMax: 16 * 1024 * 1024,
  /** Messages added by one call. */
  messagesMax: 1000,
  /** Chats asked for by one call of `getChatContexts`. */
  chatsAskedMax: 10_000,
  /** Chats on one page of `listChats`. */
  pageMax: 1000,
  /** Chats deleted by one `purge`, or by one batch of `purgeExpired`. */
  purgeMax: 100_000,
  /** Days of retention, a hundred years. */
  retentionDaysMax: 36_500,
} as const

/**
 * The limits of a scan: how much an agent reads from one directory. All sizes are in bytes.
 *
 * @example
 * ```ts
 * console.log(`a scan keeps ${scanLimits.resourcesMax} resources`)
 * ```
 */
export const scanLimits = {
  /** One resource that is read whole; a larger one is `oversize`. */
  resourceBytesMax: 64 * 1024,
  /** All resources with status `ok` together; one that does not fit is `excluded`. */
  totalBytesMax: 2 * 1024 * 1024,
  /** The number of resources that are kept; the others are `excluded`. */
  resourcesMax: 500,
} as const

import { z } from 'zod'
import { DriftpinError } from '../errors.js'
import { pushableKinds, textBytes, whyNotStorable } from '../schema/index.js'
import { explainIssue } from './input-messages.js'

/** A UUID of any version in its usual form. */
export const id = z.guid()

const timeError =
  'must be a Date or an ISO 8601 time with an offset, at most six decimals, in the years 1 to 9999'

/**
 * A time: a Date, or an ISO 8601 text with an offset, for microseconds. PostgreSQL takes offsets
 * below 16 hours and has no year 0.
 */
export const time = z
  .union([z.date(), z.iso.datetime({ offset: true, error: timeError })], { error: timeError })
  .refine((value) => {
    const year = new Date(value).getUTCFullYear()
    const exact = value instanceof Date || /:\d\d(\.\d{1,6})?(Z|[+-](0\d|1[0-5]):\d\d)$/.test(value)
    const knownYear = value instanceof Date || !value.startsWith('0000')
    return exact && knownYear && year >= 1 && year <= 9999
  }, timeError)

/** A text that PostgreSQL can keep, of at most so many bytes of UTF-8. */
export function text(bytesMax: number) {
  return z.string().superRefine((value, context) => {
    const why = whyNotStorable(value)
    if (why) context.addIssue({ code: 'custom', message: why })
    const bytes = textBytes(value)
    if (bytes > bytesMax) {
      context.addIssue({
        code: 'custom',
        message: `has ${bytes} bytes, and at most ${bytesMax} are allowed`,
      })
    }
  })
}

/** The kinds that a chat follows: those that a push may contain, once each and in their order. */
export const followedKinds = z
  .array(z.enum(pushableKinds))
  .transform((kinds) => pushableKinds.filter((kind) => kinds.includes(kind)))

/** A chat and optionally its owner: a chat of another owner counts as missing. */
const chatKey = { chatId: id, ownerId: id.optional() }

/** The fields of {@link WriteOptions}. */
export const writeOptions = { now: time.optional(), notify: z.boolean().optional() }

/** The parameters of an operation that reads one chat. */
export const chatInput = z.strictObject(chatKey)

/** The parameters of an operation that changes one chat and stores no time. */
export const untimedChatInput = chatInput.extend({ notify: writeOptions.notify })

/** The parameters of an operation that changes one chat. */
export const chatWriteInput = chatInput.extend(writeOptions)

/**
 * Options of every operation that writes.
 *
 * @example
 * ```ts
 * const atNoon: WriteOptions = { now: '2026-03-07T12:00:00Z', notify: true }
 * await hydrate(database, { agentId, ...atNoon })
 * ```
 */
export interface WriteOptions {
  /** The time of the operation; the database's own by default. */
  readonly now?: Date | string | undefined
  /** Sends one NOTIFY per changed chat on `driftpin_<schema>`; by default as the adapter says. */
  readonly notify?: boolean | undefined
}

/**
 * The chat of an operation, and the owner that it must have.
 *
 * @example
 * ```ts
 * const key: ChatKey = { chatId, ownerId: user.id } // a stranger's chat is chat_not_found
 * await refresh(database, key)
 * ```
 */
export interface ChatKey {
  /** The chat, as a UUID. */
  readonly chatId: string
  /** If given, a chat of another owner is `chat_not_found`. */
  readonly ownerId?: string | undefined
}

/**
 * Checks the parameters of an operation before anything else is done.
 *
 * @throws DriftpinError `invalid_input` that names the first invalid parameter.
 */
export function checkInput<T>(operation: string, schema: z.ZodType<T>, input: unknown): T {
  const prototype = input instanceof Object ? Object.getPrototypeOf(input) : null
  if (prototype !== null && prototype !== Object.prototype) {
    // A Date or an array would be accepted as an object without parameters.
    const message = `${operation}: the parameters: must be a plain object. Nothing was written.`
    throw new DriftpinError('invalid_input', message, { input })
  }
  const result = schema.safeParse(input, { error: explainIssue })
  if (result.success) return result.data
  const { issues } = result.error
  // A misspelled property is also missing under its right name.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]!
  const path = z.core.toDotPath(issue.path.filter((key) => typeof key !== 'symbol'))
  throw new DriftpinError(
    'invalid_input',
    `${operation}: ${path === '' ? 'the parameters' : path}: ${issue.message}. ` +
      'Nothing was written.',
    result.error,
  )
}

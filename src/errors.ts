/**
 * The error class of driftpin. It has a code to match on, a message that says what happened, what
 * was expected and what to do, and always a cause. Each part of driftpin declares the codes that it
 * throws.
 *
 * The cause is the underlying error if there is one, and otherwise a plain object with the facts
 * that led to the refusal. Errors that PostgreSQL reports are not wrapped: the driver's error is
 * thrown, with the SQLSTATE in `code`.
 *
 * @example
 * ```ts
 * try {
 *   await refresh(database, { chatId })
 * } catch (error) {
 *   if (error instanceof DriftpinError && error.code === 'no_live_context') return 'nothing newer'
 *   throw error
 * }
 * ```
 */
export class DriftpinError<Code extends string = string> extends Error {
  /** Makes `instanceof` narrow `code` to a string: TypeScript would make it `any`. @hidden */
  declare static readonly [Symbol.hasInstance]: <
    Class extends abstract new (
      ...args: never
    ) => unknown,
  >(
    this: Class,
    value: unknown,
  ) => value is InstanceType<Class>
  override readonly name = 'DriftpinError'
  readonly code: Code
  override readonly cause: unknown

  constructor(code: Code, message: string, cause: unknown) {
    super(message)
    this.code = code
    this.cause = cause
  }
}

/**
 * The message of an error; anything can be thrown. Node's error for a host that refuses at each of
 * its addresses has only the messages of its parts.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const parts = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : ''
  return error.message || parts || error.name
}

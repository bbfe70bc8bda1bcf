/**
 * The codes of the errors of the laws.
 *
 * @example
 * ```ts
 * const code: LawsErrorCode = 'law_broken'
 * const isIt = (error: unknown) => error instanceof DriftpinError && error.code === code
 * ```
 */
export type LawsErrorCode = 'invalid_input' | 'law_broken'

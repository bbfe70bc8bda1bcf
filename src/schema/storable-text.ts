/** The size of a text in bytes of UTF-8. */
export function textBytes(text: string): number {
  return Buffer.byteLength(text)
}

/**
 * Why PostgreSQL could not keep a text as it is, or undefined where it can: `text` and `jsonb`
 * hold no NUL, and a lone surrogate has no UTF-8.
 */
export function whyNotStorable(text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL character, which PostgreSQL cannot store'
  if (!text.isWellFormed()) return 'holds a lone surrogate, which has no UTF-8'
  return undefined
}

/** The size of a text in bytes of UTF-8. */
export function textBytes(text: string): number {
  return Buffer.byteLength(text)
}

/**
 * Why PostgreSQL cannot store a text unchanged, or undefined if it can: `text` and `jsonb` cannot
 * contain NUL, and a lone surrogate has no encoding in UTF-8.
 */
export function whyNotStorable(text: string): string | undefined {
  if (text.includes('\0')) return 'holds a NUL character, which PostgreSQL cannot store'
  if (!text.isWellFormed()) return 'holds a lone surrogate, which has no UTF-8'
  return undefined
}

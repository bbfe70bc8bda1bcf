/** Nested so deeply that PGlite crashes on it, and answers as if nothing had happened. */
export const crashingJson: string = '['.repeat(7000) + ']'.repeat(7000)

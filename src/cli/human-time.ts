const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

/** How long ago something was, as a person says it: `just now`, `5 min ago`, `3 d ago`. */
export function humanAgo(date: Date, now: Date = new Date()): string {
  const past = now.getTime() - date.getTime()
  for (const [unit, size] of units) {
    if (past >= size) return `${Math.floor(past / size)} ${unit} ago`
  }
  // The clocks of two machines never agree quite.
  return past > -60_000 ? 'just now' : date.toISOString().slice(0, 16).replace('T', ' ')
}

/** A time to the second, in UTC, which it says. */
export function exactTime(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}Z`
}

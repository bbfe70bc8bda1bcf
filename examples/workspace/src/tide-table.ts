/** One harmonic constituent of a station: metres, degrees per hour, degrees. */
export interface Constituent {
  readonly amplitude: number
  readonly speed: number
  readonly phase: number
}

export interface Tide {
  readonly kind: 'high' | 'low'
  readonly at: Date
  readonly metres: number
}

const minuteMs = 60_000

/** Height above chart datum, in metres, at an instant. */
export function heightAt(mean: number, constituents: readonly Constituent[], at: Date): number {
  const hours = at.getTime() / (60 * minuteMs)
  return constituents.reduce(
    (sum, { amplitude, speed, phase }) =>
      sum + amplitude * Math.cos(((speed * hours - phase) * Math.PI) / 180),
    mean,
  )
}

/** The high and low waters of one UTC day, to the minute. */
export function tidesOfDay(mean: number, constituents: readonly Constituent[], day: Date): Tide[] {
  const start = Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate())
  const height = (minute: number) =>
    heightAt(mean, constituents, new Date(start + minute * minuteMs))
  const tides: Tide[] = []
  for (let minute = 0; minute < 24 * 60; minute++) {
    const before = height(minute - 1)
    const now = height(minute)
    const after = height(minute + 1)
    if (now > before === now > after && now !== before) {
      const kind = now > before ? 'high' : 'low'
      const metres = Number(now.toFixed(3))
      tides.push({ kind, at: new Date(start + minute * minuteMs), metres })
    }
  }
  return tides
}

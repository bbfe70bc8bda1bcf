import type { WriteStream } from 'node:tty'
import type { HistoriesProgress } from '../laws/index.js'
import { counted, histories } from './fuzz-report.js'
import { liveLine } from './live-line.js'

const redrawMs = 250
const plainLineMs = 10_000

/** When a run ends by itself: after so many histories, or so many minutes. */
export interface FuzzGoal {
  readonly runs?: number
  readonly minutes?: number
}

export interface FuzzProgress {
  show(progress: HistoriesProgress): void
  /** Takes the line away. */
  end(): void
  timing(): { readonly durationMs: number; readonly commandsPerSecond: number }
}

/**
 * One line that tells how far the histories are: on a terminal redrawn in place, elsewhere a new
 * one every ten seconds.
 */
export function openFuzzProgress(stream: WriteStream, goal: FuzzGoal): FuzzProgress {
  const draw = liveLine(stream)
  const started = performance.now()
  let drawnAt = started
  let endedAt = started
  // The engine is opened before the first history, which says nothing about their pace.
  const pace = { since: 0, from: 0, until: 0, to: 0 }
  const commandsPerSecond = () =>
    ((pace.to - pace.from) * 1000) / Math.max(1, pace.until - pace.since)
  draw?.('Preparing the database')
  return {
    show(progress) {
      const now = performance.now()
      Object.assign(pace, { until: now, to: progress.commands })
      if (pace.since === 0) Object.assign(pace, { since: now, from: progress.commands })
      if (now - drawnAt < (draw ? redrawMs : plainLineMs)) return
      drawnAt = now
      const minutes = (now - started) / 60_000
      const text = describe(progress, goal, { minutes, commandsPerSecond: commandsPerSecond() })
      if (draw) draw(text)
      else stream.write(`${text}\n`)
    },
    end() {
      endedAt = performance.now()
      draw?.('')
    },
    timing: () => ({ durationMs: endedAt - started, commandsPerSecond: commandsPerSecond() }),
  }
}

function describe(
  { runs, commands, lawsChecked, shrinks }: HistoriesProgress,
  goal: FuzzGoal,
  now: { readonly minutes: number; readonly commandsPerSecond: number },
): string {
  if (shrinks > 0) return `A law is broken. To make its history shorter, ${shrinks} were tried.`
  const { minutes, commandsPerSecond } = now
  return [
    goal.runs === undefined ? histories(runs) : `${counted(runs)} of ${histories(goal.runs)}`,
    ...(goal.minutes === undefined ? [] : [`${clock(minutes)} of ${clock(goal.minutes)}`]),
    `${counted(commands)} commands`,
    ...(commandsPerSecond > 0 ? [`${counted(commandsPerSecond)} a second`] : []),
    `${counted(lawsChecked)} laws checked`,
  ].join(', ')
}

/** Minutes and seconds, as `1:05`. */
function clock(minutes: number): string {
  const seconds = Math.floor(minutes * 60)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

import { structuredPatch } from 'diff'

/**
 * Some lines that differ between two texts, with up to three equal lines around them, as in a
 * unified diff.
 *
 * @example
 * ```ts
 * const print = ({ pinnedStart, liveStart, lines }: DiffHunk) =>
 *   console.log([`@@ -${pinnedStart} +${liveStart} @@`, ...lines].join('\n'))
 * const { modified } = await diff(database, { chatId })
 * for (const { hunks } of modified) hunks?.forEach(print)
 * ```
 */
export interface DiffHunk {
  /** The first line in the pinned text, from 1; the line before it if `pinnedLines` is 0. */
  readonly pinnedStart: number
  /** The number of lines of the pinned text. */
  readonly pinnedLines: number
  /** The first line in the live text, from 1; the line before it if `liveLines` is 0. */
  readonly liveStart: number
  /** The number of lines of the live text. */
  readonly liveLines: number
  /**
   * Lines without their line feeds, each after a space, or after `-` if it is only pinned and `+`
   * if it is only live. A line that begins with a backslash says that the line before it has no
   * line feed.
   */
  readonly lines: readonly string[]
}

const contextLines = 3

/** In one text. The time grows with the square of this number, to less than 0.1 s. */
const changedLinesMax = 1000

/** What all texts of one diff may cost together: squares of numbers of changed lines. */
const workMax = 4 * changedLinesMax ** 2

/**
 * Creates the function that compares the texts of one diff. It returns null for two texts that
 * differ in too many lines, and for all texts that come after too much work. The limits are numbers
 * of lines and not times, so that the same texts always have the same result.
 */
export function createTextComparison(): (pinned: string, live: string) => DiffHunk[] | null {
  let work = workMax
  return (pinned, live) => {
    const maxEditLength = Math.min(changedLinesMax, Math.floor(Math.sqrt(work)))
    const options = { context: contextLines, maxEditLength }
    const patch = structuredPatch('', '', pinned, live, '', '', options)
    const lines = patch?.hunks.flatMap((hunk) => hunk.lines)
    work -= (lines ? lines.filter((line) => /^[-+]/.test(line)).length : maxEditLength) ** 2
    if (!patch) return null
    return patch.hunks.map(({ oldStart, oldLines, newStart, newLines, lines }) => ({
      pinnedStart: oldLines === 0 ? oldStart - 1 : oldStart,
      pinnedLines: oldLines,
      liveStart: newLines === 0 ? newStart - 1 : newStart,
      liveLines: newLines,
      lines,
    }))
  }
}

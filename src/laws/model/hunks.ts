/** In one text; hunks are not made for more. */
const changedLinesMax = 1000
const contextLines = 3

/** Some lines that differ, in the form of an answer. */
interface Hunk {
  readonly pinnedStart: number
  readonly pinnedLines: number
  readonly liveStart: number
  readonly liveLines: number
  readonly lines: readonly string[]
}

/**
 * The hunks that a diff has to contain for two texts. Several are right where equal lines can be
 * matched in several ways: hunks that are right are returned as they were given. Otherwise, the
 * result says what is wrong.
 */
export function rightHunks(pinned: string | null, live: string | null, given: unknown): unknown {
  if (pinned === null || live === null) return null
  const [before, after] = [linesOf(pinned), linesOf(live)]
  const distance = editDistance(before, after)
  if (distance > changedLinesMax) return null
  const hunks = given as readonly Hunk[] | null | undefined
  const wrong = Array.isArray(hunks) ? whyNot(hunks, before, after, distance) : 'no list'
  return wrong === undefined ? given : `hunks with ${distance} changed lines, and not: ${wrong}`
}

/** The lines of a text; a last line without a line feed is followed by the mark of a diff. */
function linesOf(text: string): string[] {
  const lines = text.split('\n')
  const last = lines.pop()!
  return last === '' ? lines : [...lines, `${last}\n\\ No newline at end of file`]
}

/** The smallest number of lines to remove and to add. */
function editDistance(before: readonly string[], after: readonly string[]): number {
  let start = 0
  while (start < before.length && before[start] === after[start]) start += 1
  let end = 0
  const rest = Math.min(before.length, after.length) - start
  while (end < rest && before.at(-1 - end) === after.at(-1 - end)) end += 1
  const [old, now] = [before, after].map((lines) => lines.slice(start, lines.length - end))
  // The length of the longest common subsequence, one row of the table at a time.
  let row = now!.map(() => 0)
  for (const line of old!) {
    const next: number[] = []
    now!.forEach((other, place) => {
      const [above, left, diagonal] = [row[place]!, next[place - 1] ?? 0, row[place - 1] ?? 0]
      next.push(line === other ? diagonal + 1 : Math.max(above, left))
    })
    row = next
  }
  return old!.length + now!.length - 2 * (row.at(-1) ?? 0)
}

/** Applies hunks as `patch` does, without tolerance. */
function whyNot(
  hunks: readonly Hunk[],
  before: readonly string[],
  after: readonly string[],
  distance: number,
): string | undefined {
  const made: string[] = []
  let [at, changed] = [0, 0]
  for (const [
    index,
    { pinnedStart, pinnedLines, liveStart, liveLines, lines },
  ] of hunks.entries()) {
    const start = pinnedLines === 0 ? pinnedStart : pinnedStart - 1
    const between = start - at
    if (between < (index === 0 ? 0 : 1)) return `hunk ${index} begins too early`
    made.push(...before.slice(at, start))
    if (made.length !== (liveLines === 0 ? liveStart : liveStart - 1)) return `start of ${index}`
    const joined = withMarks(lines)
    const of = (sign: string) =>
      joined.filter((line) => line[0] === ' ' || line[0] === sign).map((line) => line.slice(1))
    const [old, now] = [of('-'), of('+')]
    if (old.length !== pinnedLines || now.length !== liveLines) return `the counts of ${index}`
    if (old.join('\n') !== before.slice(start, start + pinnedLines).join('\n')) {
      return `hunk ${index} does not fit`
    }
    made.push(...now)
    at = start + pinnedLines
    changed += joined.filter((line) => line[0] !== ' ').length
    const context = joined.map((line) => (line[0] === ' ' ? '=' : 'x')).join('')
    const [first, last] = [context.indexOf('x'), context.length - 1 - context.lastIndexOf('x')]
    const room = [
      Math.min(contextLines, start + first),
      Math.min(contextLines, before.length - at + last),
    ]
    if (first !== room[0] || last !== room[1]) return `the equal lines around hunk ${index}`
    if (context.includes('='.repeat(2 * contextLines + 1))) return `equal lines in hunk ${index}`
  }
  made.push(...before.slice(at))
  if (made.join('\n') !== after.join('\n')) return 'they do not make the live text'
  return changed === distance ? undefined : `they have ${changed} changed lines`
}

/** Each line with the mark that follows it, as {@link linesOf} has it. */
function withMarks(lines: readonly string[]): string[] {
  const joined: string[] = []
  for (const line of lines) {
    if (line.startsWith('\\')) joined.push(`${joined.pop() ?? ''}\n${line}`)
    else joined.push(line)
  }
  return joined
}

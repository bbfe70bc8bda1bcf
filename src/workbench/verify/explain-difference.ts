import { splitStatements } from '../../database/index.js'
import { DriftpinError } from '../../errors.js'
import type { TestDatabase } from '../../harness/index.js'
import { dumpSchema } from '../dump-schema.js'
import { without } from '../without.js'

/** So many lines of SQL are shown, which is more than a person reads. */
const linesMax = 40

/** The definitions of a database as statements; none where nothing can write them. */
export async function readDefinitions(db: TestDatabase): Promise<string[]> {
  try {
    return splitStatements(await dumpSchema(db.pglite, { privileges: true })).map(
      ({ text }) => `${text};`,
    )
  } catch (error) {
    // Without pg_dump the names of what differs have to do.
    if (error instanceof DriftpinError && error.code === 'tool_missing') return []
    throw error
  }
}

/**
 * What differs between two lists of definitions, as SQL with `-` and `+` in front of each line, and
 * the names of those entries that no definition tells of, such as roles.
 */
export function explainDifference(
  names: readonly string[],
  expected: readonly string[],
  actual: readonly string[],
): string[] {
  const surplus = without(actual, expected)
  const lines: string[] = []
  for (const text of without(expected, actual)) {
    // Of a table that is on both sides, the lines that differ are enough.
    const place = surplus.findIndex((other) => firstLine(other) === firstLine(text))
    const other = place < 0 ? undefined : surplus.splice(place, 1)[0]!
    lines.push(...(other === undefined ? marked('-', text) : changedIn(text, other)))
  }
  lines.push(...surplus.flatMap((text) => marked('+', text)))
  const untold = names.filter((name) => !isTold(name, lines)).map((name) => `! ${name}`)
  const shown = [...lines, ...untold]
  if (shown.length <= linesMax) return shown
  return [...shown.slice(0, linesMax), `... and ${shown.length - linesMax} more lines`]
}

/** Whether a line names the object of an entry, such as `index public.by_name`. */
function isTold(entry: string, lines: readonly string[]): boolean {
  const name = /("[^"]+"|[\w$]+)(?:\([^)]*\)|, all in their order)?$/.exec(entry)?.[1]
  return name !== undefined && lines.some((line) => line.includes(name))
}

const marked = (mark: string, text: string) => text.split('\n').map((line) => `${mark} ${line}`)

const firstLine = (text: string) => text.split('\n', 1)[0]!

function changedIn(expected: string, actual: string): string[] {
  // The last line of a list has no comma, whichever it is.
  const linesOf = (text: string) => text.split('\n').map((line) => line.replace(/,$/, ''))
  const [before, after] = [linesOf(expected), linesOf(actual)]
  const missing = without(before, after).map((line) => `- ${line}`)
  const surplus = without(after, before).map((line) => `+ ${line}`)
  const changed = [...missing, ...surplus]
  return changed.length === 0 ? [] : [`  ${firstLine(expected)}`, ...changed]
}

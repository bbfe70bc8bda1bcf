import { splitStatements } from '../../database/split-statements.js'
import { DriftpinError } from '../../errors.js'
import type { TestDatabase } from '../../harness/test-database.js'
import { dumpSchema } from '../dump-schema.js'

/** So many lines of SQL are shown, which is more than a person reads. */
const linesMax = 40

/** The definitions of a database as statements; none where nothing can write them. */
export async function readDefinitions(db: TestDatabase): Promise<string[]> {
  try {
    return splitStatements(await dumpSchema(db.pglite)).map(({ text }) => `${text};`)
  } catch (error) {
    // Without pg_dump the names of what differs have to do.
    if (error instanceof DriftpinError && error.code === 'tool_missing') return []
    throw error
  }
}

/**
 * What differs between two lists of definitions, as SQL with `-` and `+` in front of each line, or
 * the names of the entries where no definition tells: privileges and owners are in none.
 */
export function explainDifference(
  names: readonly string[],
  expected: readonly string[],
  actual: readonly string[],
): string[] {
  const missing = without(expected, actual).flatMap((text) => marked('-', text))
  const surplus = without(actual, expected).flatMap((text) => marked('+', text))
  const lines = [...missing, ...surplus]
  const shown = lines.length > 0 ? lines : names.map((name) => `! ${name}`)
  if (shown.length <= linesMax) return shown
  return [...shown.slice(0, linesMax), `... and ${shown.length - linesMax} more lines`]
}

const marked = (mark: string, text: string) => text.split('\n').map((line) => `${mark} ${line}`)

/** Of equal statements as many are taken away as the other list has. */
function without(texts: readonly string[], others: readonly string[]): string[] {
  const left = [...others]
  return texts.filter((text) => {
    const place = left.indexOf(text)
    if (place >= 0) left.splice(place, 1)
    return place < 0
  })
}

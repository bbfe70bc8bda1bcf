import type { Mutant } from './mutant.js'
import { statementMutant } from './statement-mutant.js'

/** A comparison of two rows in a statement, with the texts of the columns on both sides. */
interface Comparison {
  readonly statement: string
  /** What does not see the difference, such as `a refresh`. */
  readonly who: string
  readonly laws: readonly number[]
  readonly columns: Readonly<Record<string, readonly [left: string, right: string]>>
  /** The text between the two lists. */
  readonly between?: string
}

const sidesOf = (left: string, right: string, names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, [`${left}.${name}`, `${right}.${name}`] as const]))

const compared = ['body_kind', 'content_hash', 'size_bytes', 'status']
const heads = [...compared, 'error', 'source_path']
const mirrored = ['body_kind', 'body', ...heads.slice(1)]

/** As `differ` compares the bytes of rows. */
const byBytes = '::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW'

const comparisons: readonly Comparison[] = [
  {
    ...{ statement: 'copy live context to pins', who: 'a refresh', laws: [2], between: byBytes },
    columns: sidesOf('pin', 'live', mirrored),
  },
  {
    ...{ statement: 'follow live context', who: 'following', laws: [16, 19], between: byBytes },
    columns: sidesOf('pin', 'live', mirrored),
  },
  {
    ...{ statement: 'remove absent and find differing resources', who: 'a push', laws: [6] },
    columns: sidesOf('live', 'pushed', heads),
  },
  {
    ...{
      statement: 'write differing resources',
      who: 'a write of a push',
      laws: [6],
      between: byBytes,
    },
    columns: sidesOf('live', 'pushed', mirrored),
  },
  {
    ...{ statement: 'diff', who: 'a diff', laws: [0, 10] },
    columns: sidesOf('pin', 'live', compared),
  },
  {
    ...{ statement: 'stamp live context', who: 'a stamp', laws: [0, 1, 2, 8] },
    between: '\n          IS DISTINCT FROM ',
    columns: {
      context_hashes: ['chat.context_hashes', 'before.kind_hashes'],
      context_dirty_since: ['chat.context_dirty_since', 'NULL::pg_catalog.timestamptz'],
      context_error: ['chat.context_error', 'before.snapshot_error'],
    },
  },
]

/** Each comparison without one of its columns, which misses a change of that column alone. */
export const columnMutants: readonly Mutant[] = comparisons.flatMap(
  ({ statement, who, laws, columns, between = ' IS DISTINCT FROM ' }) => {
    const textOf = (names: readonly string[]) =>
      [0, 1]
        .map((side) => `(${names.map((name) => columns[name]![side]).join(', ')})`)
        .join(between)
    const names = Object.keys(columns)
    return names.map((name) => {
      const others = names.filter((one) => one !== name)
      return statementMutant(`${who} does not see a change of ${name} alone`, laws, {
        [statement]: [[textOf(names), textOf(others)]],
      })
    })
  },
)

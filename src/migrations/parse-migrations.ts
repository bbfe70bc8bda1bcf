import { splitStatements } from '../database/index.js'
import { DriftpinError } from '../errors.js'
import type { Direction, Migration, MigrationScript } from './migration.js'
import { needsNoTransaction } from './run-script.js'

/** A file as it was read. */
export interface MigrationFile {
  readonly file: string
  readonly text: string
}

const directive = /^-- *driftpin: *(.*?) *$/

interface Draft {
  readonly version: number
  readonly name: string
  up?: MigrationScript
  down?: MigrationScript
}

/**
 * Combines files to migrations, ordered by number.
 *
 * @throws DriftpinError `migration_invalid` for an invalid name or directive,
 * `migration_duplicate` for two migrations with one number, `migration_incomplete` for half a pair.
 */
export function parseMigrations(
  files: readonly MigrationFile[],
  { forwardOnly = false }: { readonly forwardOnly?: boolean } = {},
): Migration[] {
  const drafts = new Map<number, Draft>()
  for (const { file, text } of [...files].sort((a, b) => (a.file < b.file ? -1 : 1))) {
    const { version, name, direction } = parseName(file)
    const draft = drafts.get(version) ?? { version, name }
    const taken = draft[direction] ?? (draft.name === name ? undefined : (draft.up ?? draft.down))
    if (taken) throw duplicate(version, taken.file, file)
    draft[direction] = parseScript(file, text)
    drafts.set(version, draft)
  }
  return [...drafts.values()]
    .sort((a, b) => a.version - b.version)
    .map(({ version, name, up, down }) => {
      if (!up) throw halfPair(down!.file, 'up')
      if (!down && !forwardOnly) throw halfPair(up.file, 'down')
      return { version, name, up, down }
    })
}

function parseName(file: string): MigrationFileName {
  const parts = parseFileName(file)
  if (parts) return parts
  throw new DriftpinError(
    'migration_invalid',
    `${file} is not the name of a migration. Name it like 000012_add_titles.up.sql, or move it ` +
      'out of the folder.',
    { file },
  )
}

function parseScript(file: string, raw: string): MigrationScript {
  const script = readScript(file, raw)
  if (script.transaction) return script
  const statements = splitStatements(script.text).length
  if (statements === 1) return script
  throw new DriftpinError(
    'migration_invalid',
    `${file} runs without a transaction and has ${statements} statements, but must have exactly ` +
      'one: PostgreSQL runs several as one implicit transaction. Give each its own migration.',
    { file, statements },
  )
}

/**
 * The text of a file as it is run, and whether that is without a transaction: its first line asks
 * for it, or PostgreSQL refuses its only statement in one, as CREATE INDEX CONCURRENTLY. Other
 * runners send such a file as it is, so that it has no directive of ours.
 *
 * @throws DriftpinError `migration_invalid` for an unknown directive.
 */
export function readScript(file: string, raw: string): MigrationScript {
  const text = raw.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  const words = directive.exec(text.split('\n', 1)[0]!)?.[1]
  if (words === undefined) {
    const statements = splitStatements(text)
    const isAlone = statements.length === 1 && needsNoTransaction(statements)
    return { file, text, transaction: !isAlone }
  }
  if (words !== 'no transaction') {
    throw new DriftpinError(
      'migration_invalid',
      `${file} begins with a directive that driftpin does not know: ${JSON.stringify(words)}. ` +
        'The only directive is "-- driftpin: no transaction".',
      { file, words },
    )
  }
  return { file, text, transaction: false }
}

function duplicate(version: number, first: string, second: string): DriftpinError {
  return new DriftpinError(
    'migration_duplicate',
    `${first} and ${second} have the same number, ${version}. Give the later one the next number` +
      ' (driftpin migrate renumber does, for the files that are only on this branch).',
    { version, files: [first, second] },
  )
}

function halfPair(file: string, missing: Direction): DriftpinError {
  const hint =
    missing === 'down' ? ' or say that the folder has none (--forward-only, or forwardOnly)' : ''
  return new DriftpinError(
    'migration_incomplete',
    `${file} has no ${missing} file beside it. Write ` +
      `${file.replace(/\.(up|down)\.sql$/, `.${missing}.sql`)}${hint}.`,
    { file },
  )
}

/** The parts of the name of a migration's file. */
export interface MigrationFileName {
  /** The number as it is written, with its zeros. */
  readonly digits: string
  readonly version: number
  readonly name: string
  readonly direction: Direction
}

// The names of golang-migrate, without characters that move the cursor of a terminal.
const pattern = /^(\d+)_([^/\\\p{Cc}\p{Zl}\p{Zp}]*)\.(up|down)\.sql$/u

/**
 * Parses the name of a file. Returns undefined if it is not the name of a migration.
 *
 * @throws DriftpinError `migration_invalid` for a number above the largest safe integer.
 */
export function parseFileName(file: string): MigrationFileName | undefined {
  const match = pattern.exec(file)
  if (!match) return undefined
  const version = Number(match[1])
  if (Number.isSafeInteger(version)) {
    return { digits: match[1]!, version, name: match[2]!, direction: match[3] as Direction }
  }
  throw new DriftpinError(
    'migration_invalid',
    `The number of ${file} is above ${Number.MAX_SAFE_INTEGER}, beyond which JavaScript rounds. ` +
      'Give it one with fewer digits: a time such as 20260131120000 has 14.',
    { file },
  )
}
